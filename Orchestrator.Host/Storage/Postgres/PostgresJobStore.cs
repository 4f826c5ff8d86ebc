using System.Data;
using Npgsql;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Jobs in PostgreSQL, for a node that has none of its own or shares them. Every node lists all jobs and takes up its own again. Large outputs
/// stay on the node's disk.
/// </summary>
internal sealed class PostgresJobStore : IJobStore, IAsyncDisposable
{
    private readonly NpgsqlDataSource _server;
    private readonly PostgresWriter _writer;
    private readonly OutputFiles _outputs;
    private readonly TimeProvider _time;
    private readonly string _node;
    private readonly string _where;

    private PostgresJobStore(NpgsqlDataSource server, string node, string where, OutputFiles outputs, TimeProvider time)
    {
        (_server, _node, _where, _outputs, _time) = (server, node, where, outputs, time);
        _writer = new PostgresWriter(server, time, where);
    }

    /// <summary>Connects, and brings the tables up to date.</summary>
    /// <param name="address">The setting <c>store</c>.</param>
    /// <param name="node">Name of this node.</param>
    /// <param name="outputs">For what is too large for a row.</param>
    /// <param name="time">Tells the age of history, and measures pauses.</param>
    /// <exception cref="ServeException">There is no such server, or it refuses; the message says what to do.</exception>
    public static async Task<PostgresJobStore> OpenAsync(string address, string node, OutputFiles outputs, TimeProvider time)
    {
        var parsed = PostgresAddress.Parse(address);
        // Statements come again and again; a plan of their own saves half of their time.
        parsed.MaxAutoPrepare = 64;
        var where = $"PostgreSQL at {parsed.Host}";
        var store = new PostgresJobStore(NpgsqlDataSource.Create(parsed), node, where, outputs, time);
        try
        {
            await using var connection = await store._server.OpenConnectionAsync().ConfigureAwait(false);
            await PostgresSchema.MigrateAsync(connection, parsed.SearchPath!.Split(',')[0].Trim(), where).ConfigureAwait(false);
            return store;
        }
        catch (Exception e) when (e is NpgsqlException or JobStoreException or TimeoutException)
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw new ServeException((e as JobStoreException ?? PostgresFailures.Explain(e, where)).Message);
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(params IReadOnlyList<JobWrite> writes) => _writer.AddAsync(async connection =>
    {
        foreach (var write in writes)
        {
            var light = write is JobWrite.Ended ended ? ended with { Outcomes = await _outputs.KeepAsync(ended.JobId, ended.Outcomes).ConfigureAwait(false) } : write;
            await PostgresJobWrites.ApplyAsync(connection, light, _node).ConfigureAwait(false);
        }
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<(int Ordinal, Outcome Outcome)>> KeepAsync(string jobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes) => _outputs.KeepAsync(jobId, outcomes);

    /// <inheritdoc/>
    public Task<StoredJob?> LoadAsync(string jobId) => LoadOneAsync("id = $1", jobId);

    /// <inheritdoc/>
    public Task<StoredJob?> FindAsync(string idempotencyKey) => LoadOneAsync("idempotency_key = $1", idempotencyKey);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => ReadAsync(async connection =>
    {
        var jobs = new List<StoredJob>();
        foreach (var key in await PostgresJobReads.KeysAsync(connection, "ended_at IS NULL AND node = $1", _node).ConfigureAwait(false))
            jobs.Add(await PostgresJobReads.JobAsync(connection, key).ConfigureAwait(false));
        return (IReadOnlyList<StoredJob>)jobs;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => ReadAsync(connection => PostgresJobReads.ListAsync(connection, filter));

    /// <inheritdoc/>
    public async Task TrimAsync(JobHistoryLimits limits)
    {
        var oldest = (_time.GetUtcNow() - limits.MaxAge).ToUnixTimeMilliseconds();
        foreach (var key in await ReadAsync(connection => PostgresJobReads.SurplusAsync(connection, limits.MaxJobs, oldest)).ConfigureAwait(false))
            await _writer.AddAsync(connection => connection.ExecuteAsync("DELETE FROM job WHERE key = $1", key)).ConfigureAwait(false);
        await SweepAsync().ConfigureAwait(false);
    }

    /// <summary>Removes outputs whose job was forgotten.</summary>
    /// <exception cref="JobStoreException">They cannot be removed.</exception>
    public Task SweepAsync() => _outputs.SweepAsync(job => ReadAsync(async connection => await connection.ScalarAsync("SELECT 1 FROM job WHERE id = $1", job).ConfigureAwait(false) is not null));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private Task<StoredJob?> LoadOneAsync(string which, string value) => ReadAsync(async connection =>
        await PostgresJobReads.KeysAsync(connection, which, value).ConfigureAwait(false) is [var key] ? await PostgresJobReads.JobAsync(connection, key).ConfigureAwait(false) : null);

    /// <summary>On a connection of its own, and of one moment. One that the server had closed is replaced.</summary>
    private async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await using var connection = await _server.OpenConnectionAsync().ConfigureAwait(false);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead).ConfigureAwait(false);
                return await read(connection).ConfigureAwait(false);
            }
            catch (Exception e) when (isFirst && PostgresFailures.IsOfConnection(e))
            {
                _server.Clear();
            }
            catch (Exception e) when (e is not JobStoreException)
            {
                throw PostgresFailures.Explain(e, _where);
            }
        }
    }
}
