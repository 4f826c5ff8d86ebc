using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>The jobs of one node in its own database. An outcome that replaces another keeps its place in the order.</summary>
internal sealed class SqliteJobStore(SqliteDatabase database, TimeProvider time) : IJobStore
{
    /// <inheritdoc/>
    public Task WriteAsync(params IReadOnlyList<JobWrite> writes) => database.WriteAsync(session =>
    {
        foreach (var write in writes)
            SqliteJobWrites.Apply(session, write);
    });

    /// <inheritdoc/>
    public Task<StoredJob?> LoadAsync(string jobId) => database.ReadAsync(session => Load(session, "id = ?1", jobId));

    /// <inheritdoc/>
    public Task<StoredJob?> FindAsync(string idempotencyKey) => database.ReadAsync(session => Load(session, "idempotency_key = ?1", idempotencyKey));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => database.ReadAsync(session =>
        (IReadOnlyList<StoredJob>)[.. SqliteJobReads.Keys(session, "ended_at IS NULL").Select(key => SqliteJobReads.Job(session, key))]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => database.ReadAsync(session => SqliteJobReads.List(session, filter));

    /// <summary>Forgets the oldest ended jobs beyond the limits, with their outputs: one at a time, so that no other write waits for all of them.</summary>
    /// <exception cref="JobStoreException">The store cannot be written.</exception>
    public async Task TrimAsync(JobHistoryLimits limits)
    {
        var oldest = (time.GetUtcNow() - limits.MaxAge).ToUnixTimeMilliseconds();
        var surplus = await database.ReadAsync(session => SqliteJobReads.Surplus(session, limits.MaxJobs, oldest)).ConfigureAwait(false);
        foreach (var key in surplus)
            await database.WriteAsync(session => SqliteJobWrites.Forget(session, key)).ConfigureAwait(false);
    }

    private static StoredJob? Load(SqliteSession session, string which, string value) =>
        SqliteJobReads.Keys(session, which, value) is [var key] ? SqliteJobReads.Job(session, key) : null;
}
