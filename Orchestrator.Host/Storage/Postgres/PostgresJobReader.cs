using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage.Postgres;

/// <summary>Reads all jobs, whoever has them: what a gateway lists and finds. Any thread.</summary>
internal sealed class PostgresJobReader(PostgresConnections connections)
{
    /// <summary>As <see cref="IJobStore.LoadAsync"/>, of any node and partition.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    public Task<StoredJob?> LoadAsync(string jobId) => LoadOneAsync("id = $1", jobId);

    /// <summary>As <see cref="IJobStore.FindAsync"/>: a key belongs to one job of all.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    public Task<StoredJob?> FindAsync(string idempotencyKey) => LoadOneAsync("idempotency_key = $1", idempotencyKey);

    /// <summary>As <see cref="IJobStore.ListAsync"/>, of all nodes.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="partitions">The last characters of their ids; <see langword="null"/> for all.</param>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter, string? partitions = null) => connections.ReadAsync(connection => PostgresJobReads.ListAsync(connection, filter, partitions), PostgresConnections.AnswerPatience);

    /// <summary>Whole jobs of a condition that have not ended, oldest first.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    internal Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync(string which, string value) => connections.ReadAsync(async connection =>
    {
        var jobs = new List<StoredJob>();
        foreach (var key in await PostgresJobReads.KeysAsync(connection, $"ended_at IS NULL AND {which}", value).ConfigureAwait(false))
            jobs.Add(await PostgresJobReads.JobAsync(connection, key).ConfigureAwait(false));
        return (IReadOnlyList<StoredJob>)jobs;
    });

    /// <summary>Keys of the ended jobs that are beyond the limits.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    internal Task<List<long>> SurplusAsync(JobHistoryLimits limits, DateTimeOffset now, char? partition = null) =>
        connections.ReadAsync(connection => PostgresJobReads.SurplusAsync(connection, limits.MaxJobs, (now - limits.MaxAge).ToUnixTimeMilliseconds(), partition));

    /// <summary>Whether there is such a job.</summary>
    /// <exception cref="JobStoreException">The store cannot be read.</exception>
    internal Task<bool> ExistsAsync(string jobId) => connections.ReadAsync(async connection => await connection.ScalarAsync("SELECT 1 FROM job WHERE id = $1", jobId).ConfigureAwait(false) is not null);

    private Task<StoredJob?> LoadOneAsync(string which, string value) => connections.ReadAsync(
        async connection => await PostgresJobReads.KeysAsync(connection, which, value).ConfigureAwait(false) is [var key] ? await PostgresJobReads.JobAsync(connection, key).ConfigureAwait(false) : null,
        PostgresConnections.AnswerPatience);
}
