using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Storage;

namespace Orchestrator.Actors.Tests.Events;

/// <summary>A log on a disk that does what the test says: what is not committed is lost with <see cref="Restart"/>.</summary>
internal sealed class FakeEventStore : IEventStore
{
    private readonly Lock _lock = new();
    private readonly Queue<(IReadOnlyList<FleetEvent> Events, TaskCompletionSource Done)> _pending = new();
    private readonly List<FleetEvent> _kept = [];
    private readonly List<IReadOnlyList<FleetEvent>> _batches = [];
    private long _last;

    public EventLogExtent Extent { get; private set; } = new([new EventEpoch(1000, 1)], 1, 0);

    /// <summary>Whether writes are on disk at once.</summary>
    public bool IsImmediate { get; set; } = true;

    /// <summary>What every call fails with.</summary>
    public string? Failure { get; set; }

    /// <summary>The oldest sequence that the next <see cref="TrimAsync"/> leaves.</summary>
    public long TrimTo { get; set; }

    public int Reads { get; private set; }

    /// <summary>What was asked to be written, each time together.</summary>
    public IReadOnlyList<IReadOnlyList<FleetEvent>> Batches
    {
        get
        {
            lock (_lock)
                return [.. _batches];
        }
    }

    public int Pending
    {
        get
        {
            lock (_lock)
                return _pending.Count;
        }
    }

    public IReadOnlyList<FleetEvent> Kept
    {
        get
        {
            lock (_lock)
                return [.. _kept];
        }
    }

    public Task AppendAsync(IReadOnlyList<FleetEvent> events)
    {
        var done = new TaskCompletionSource();
        lock (_lock)
        {
            if (Failure is { } failure)
                return Task.FromException(new EventStoreException(failure));
            _pending.Enqueue((events, done));
            _batches.Add(events);
        }
        if (IsImmediate)
            Commit();
        return done.Task;
    }

    public void Commit(bool isTold = true)
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            (var events, done) = _pending.Dequeue();
            _kept.AddRange(events);
            _last = events[^1].Sequence;
        }
        if (isTold)
            done.SetResult();
    }

    public void Fail(string message)
    {
        TaskCompletionSource done;
        lock (_lock)
            (_, done) = _pending.Dequeue();
        done.SetException(new EventStoreException(message));
    }

    public Task<IReadOnlyList<FleetEvent>> ReadAsync(long after, int max)
    {
        lock (_lock)
        {
            Reads++;
            return Failure is { } failure
                ? Task.FromException<IReadOnlyList<FleetEvent>>(new EventStoreException(failure))
                : Task.FromResult<IReadOnlyList<FleetEvent>>([.. _kept.Where(happened => happened.Sequence > after).Take(max)]);
        }
    }

    public Task<long> FindAsync(DateTimeOffset since)
    {
        lock (_lock)
            return Task.FromResult(_kept.LastOrDefault(happened => happened.Time < since)?.Sequence ?? First - 1);
    }

    public Task<long> TrimAsync(EventRetention retention)
    {
        lock (_lock)
        {
            _kept.RemoveAll(happened => happened.Sequence < TrimTo);
            return Task.FromResult(First);
        }
    }

    /// <summary>The node is killed and started again: what was not on disk is gone, and another epoch begins.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _pending.Clear();
            Extent = new EventLogExtent([.. Extent.Epochs, new EventEpoch(Extent.Epochs[^1].Id + 1, _last + 1)], First, _last);
        }
    }

    private long First => _kept.Count > 0 ? _kept[0].Sequence : _last + 1;
}
