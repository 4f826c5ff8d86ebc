using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.Tests.FanOut;

/// <summary>A store in memory whose writes are durable when the test says so; what is not is lost with <see cref="Kill"/>.</summary>
internal sealed class FakeJobStore : IJobStore
{
    private readonly Lock _lock = new();
    private readonly Queue<(IReadOnlyList<JobWrite> Writes, TaskCompletionSource Done)> _pending = new();
    private readonly Dictionary<string, StoredJob> _jobs = [];

    /// <summary>Whether writes are durable at once.</summary>
    public bool IsImmediate { get; set; }

    /// <summary>What every call fails with.</summary>
    public string? Failure { get; set; }

    public int Pending
    {
        get
        {
            lock (_lock)
                return _pending.Count;
        }
    }

    public IReadOnlyList<JobWrite> Written
    {
        get
        {
            lock (_lock)
                return [.. _log];
        }
    }

    private readonly List<JobWrite> _log = [];

    public Task WriteAsync(params IReadOnlyList<JobWrite> writes)
    {
        lock (_lock)
        {
            if (Failure is { } failure)
                return Task.FromException(new JobStoreException(failure));
            if (IsImmediate)
            {
                Apply(writes);
                return Task.CompletedTask;
            }
            var done = new TaskCompletionSource();
            _pending.Enqueue((writes, done));
            return done.Task;
        }
    }

    /// <summary>Makes the oldest write durable, and says so unless the node is to be killed in between.</summary>
    public void Commit(bool isTold = true)
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            (var writes, done) = _pending.Dequeue();
            Apply(writes);
        }
        if (isTold)
            done.SetResult();
    }

    /// <summary>Fails the oldest write.</summary>
    public void Fail(string message)
    {
        TaskCompletionSource done;
        lock (_lock)
            (_, done) = _pending.Dequeue();
        done.SetException(new JobStoreException(message));
    }

    /// <summary>Forgets what is not durable; nobody hears of it.</summary>
    public void Kill()
    {
        lock (_lock)
            _pending.Clear();
    }

    public StoredJob? Job(string id)
    {
        lock (_lock)
            return _jobs.GetValueOrDefault(id);
    }

    public Task<StoredJob?> LoadAsync(string jobId) => Answer(() => Job(jobId));

    public Task<IReadOnlyList<StoredJob>> LoadUnfinishedAsync() => Answer<IReadOnlyList<StoredJob>>(() => [.. _jobs.Values.Where(job => !job.Header.HasEnded)]);

    public Task<IReadOnlyList<JobSnapshot>> ListAsync(JobFilter filter) => Answer<IReadOnlyList<JobSnapshot>>(() =>
        [.. _jobs.Values.Select(job => job.Header).Where(filter.Fits).OrderByDescending(job => job.Id, StringComparer.Ordinal).Take(filter.Limit)]);

    public Task<StoredJob?> FindAsync(string idempotencyKey) => Answer(() => _jobs.Values.FirstOrDefault(job => job.IdempotencyKey == idempotencyKey));

    public Task TrimAsync(JobHistoryLimits limits) => Task.CompletedTask;

    private Task<T> Answer<T>(Func<T> read)
    {
        lock (_lock)
            return Failure is { } failure ? Task.FromException<T>(new JobStoreException(failure)) : Task.FromResult(read());
    }

    private void Apply(IReadOnlyList<JobWrite> writes)
    {
        _log.AddRange(writes);
        foreach (var write in writes)
        {
            if (write is JobWrite.Created created)
                _jobs.Add(write.JobId, created.Job);
            else if (_jobs.TryGetValue(write.JobId, out var job))
                _jobs[write.JobId] = Apply(job, write);
        }
    }

    private static StoredJob Apply(StoredJob job, JobWrite write) => write switch
    {
        JobWrite.Dispatched dispatched => job with { Dispatched = With(job.Dispatched, dispatched.Ordinals.Select(ordinal => (ordinal, dispatched.Attempt))) },
        JobWrite.Started started => job with { Started = With(job.Started, started.Programs) },
        JobWrite.Ended ended => job with { Outcomes = [.. job.Outcomes.Where(item => ended.Outcomes.All(other => other.Ordinal != item.Ordinal)), .. ended.Outcomes] },
        JobWrite.Changed changed => job with { Header = changed.Job },
        _ => throw new ArgumentOutOfRangeException(nameof(write)),
    };

    private static Dictionary<int, T> With<T>(IReadOnlyDictionary<int, T> all, IEnumerable<(int Key, T Value)> more)
    {
        var result = new Dictionary<int, T>(all);
        foreach (var (key, value) in more)
            result[key] = value;
        return result;
    }
}
