using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>
/// Jobs in PostgreSQL, for a node that is no member of a cluster: it lists all jobs and takes up its own again. Large outputs stay on the node's disk.
/// </summary>
internal sealed class PostgresJobStore : IJobStore, IAsyncDisposable
{
    private readonly PostgresConnections _connections;
    private readonly PostgresJobReader _reader;
    private readonly OutputFiles _outputs;
    private readonly TimeProvider _time;
    private readonly string _node;

    private PostgresJobStore(PostgresConnections connections, string node, OutputFiles outputs, TimeProvider time) =>
        (_connections, _reader, _node, _outputs, _time) = (connections, new PostgresJobReader(connections), node, outputs, time);

    /// <summary>Connects, and brings the tables up to date.</summary>
    /// <param name="address">The setting <c>store</c>.</param>
    /// <param name="node">Name of this node.</param>
    /// <param name="outputs">For what is too large for a row.</param>
    /// <param name="time">Tells the age of history, and measures pauses.</param>
    /// <exception cref="ServeException">There is no such server, or it refuses; the message says what to do.</exception>
    public static async Task<PostgresJobStore> OpenAsync(string address, string node, OutputFiles outputs, TimeProvider time) =>
        new(await PostgresConnections.OpenAsync(address, time).ConfigureAwait(false), node, outputs, time);

    /// <inheritdoc/>
    public async Task WriteAsync(params IReadOnlyList<JobWrite> writes)
    {
        var light = await PostgresJobWrites.LightenAsync(writes, _outputs).ConfigureAwait(false);
        await _connections.Writer.AddAsync([.. light.SelectMany(write => PostgresJobWrites.StatementsOf(write, _node))], within: PostgresJobWrites.PatienceOf(writes)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(int Ordinal, Outcome Outcome)>> KeepAsync(string jobId, IReadOnlyList<(int Ordinal, Outcome Outcome)> outcomes) => _outputs.KeepAsync(jobId, outcomes);

    /// <inheritdoc/>
    public Task<StoredJob?> LoadAsync(string jobId) => _reader.LoadAsync(jobId);

    /// <inheritdoc/>
    public Task<StoredJob?> FindAsync(string idempotencyKey) => _reader.FindAsync(idempotencyKey);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => _reader.LoadUnfinishedAsync("node = $1", _node);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => _reader.ListAsync(filter);

    /// <inheritdoc/>
    public async Task TrimAsync(JobHistoryLimits limits)
    {
        foreach (var key in await _reader.SurplusAsync(limits, _time.GetUtcNow()).ConfigureAwait(false))
            await _connections.Writer.AddAsync([PostgresJobWrites.Forget(key)]).ConfigureAwait(false);
        await SweepAsync().ConfigureAwait(false);
    }

    /// <summary>Removes outputs whose job was forgotten.</summary>
    /// <exception cref="JobStoreException">They cannot be removed.</exception>
    public Task SweepAsync() => _outputs.SweepAsync(_reader.ExistsAsync);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
