using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.Tests.FanOut.Routing;

/// <summary>One owner's way to a store that all share: its writes are durable when the test says so, and refused once another has the partition.</summary>
internal sealed class FencedJobStore(FakeJobStore shared, long epoch, Func<long> newest) : IJobStore
{
    private readonly Lock _lock = new();
    private readonly Queue<(IReadOnlyList<JobWrite> Writes, TaskCompletionSource Done)> _pending = new();

    public int Pending
    {
        get
        {
            lock (_lock)
                return _pending.Count;
        }
    }

    public Task WriteAsync(params IReadOnlyList<JobWrite> writes)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _pending.Enqueue((writes, done));
        return done.Task;
    }

    /// <summary>Makes the oldest write durable, or refuses it.</summary>
    /// <param name="isTold">Whether the owner lives to hear of it.</param>
    public async Task CommitAsync(bool isTold = true)
    {
        (IReadOnlyList<JobWrite> Writes, TaskCompletionSource Done) oldest;
        lock (_lock)
            oldest = _pending.Dequeue();
        if (epoch < newest())
            oldest.Done.TrySetException(new DutyLostException("another node has it"));
        else
            await shared.WriteAsync(oldest.Writes);
        if (isTold)
            oldest.Done.TrySetResult();
    }

    public Task<StoredJob?> LoadAsync(string jobId) => shared.LoadAsync(jobId);

    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => shared.LoadUnfinishedAsync();

    public Task<IReadOnlyList<Actors.FanOut.JobSnapshot>> ListAsync(JobFilter filter) => shared.ListAsync(filter);

    public Task<StoredJob?> FindAsync(string idempotencyKey) => shared.FindAsync(idempotencyKey);

    public Task TrimAsync(JobHistoryLimits limits) => shared.TrimAsync(limits);
}
