namespace Orchestrator.Actors.FanOut.Storage;

/// <summary>Keeps nothing: for a node whose jobs end with it.</summary>
public sealed class ForgetfulJobStore : IJobStore
{
    /// <summary>The only one.</summary>
    public static readonly ForgetfulJobStore Instance = new();

    private ForgetfulJobStore()
    {
    }

    /// <inheritdoc/>
    public Task WriteAsync(params IReadOnlyList<JobWrite> writes) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<StoredJob?> LoadAsync(string jobId) => Task.FromResult<StoredJob?>(null);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => Task.FromResult<IReadOnlyList<StoredJob>>([]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => Task.FromResult<IReadOnlyList<JobSnapshot>>([]);

    /// <inheritdoc/>
    public Task<StoredJob?> FindAsync(string idempotencyKey) => Task.FromResult<StoredJob?>(null);

    /// <inheritdoc/>
    public Task TrimAsync(JobHistoryLimits limits) => Task.CompletedTask;
}
