namespace Orchestrator.Actors.Events.Storage;

/// <summary>A log in memory only: it is gone with the process.</summary>
public sealed class MemoryEventStore(TimeProvider time) : IEventStore
{
    private readonly Lock _lock = new();
    private readonly List<FleetEvent> _events = [];

    /// <inheritdoc/>
    public EventLogExtent Extent { get; private set; } = new([new EventEpoch(time.GetUtcNow().ToUnixTimeMilliseconds(), 1)], 1, 0);

    /// <inheritdoc/>
    public Task AppendAsync(IReadOnlyList<FleetEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_lock)
        {
            _events.AddRange(events);
            Extent = Extent with { Last = events[^1].Sequence };
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FleetEvent>> ReadAsync(long after, int max)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<FleetEvent>>([.. _events.SkipWhile(happened => happened.Sequence <= after).Take(max)]);
    }

    /// <inheritdoc/>
    public Task<long> FindAsync(DateTimeOffset since)
    {
        lock (_lock)
            return Task.FromResult(_events.LastOrDefault(happened => happened.Time < since)?.Sequence ?? (_events.Count > 0 ? _events[0].Sequence - 1 : 0));
    }

    /// <summary>By age only: what is in memory has no size on disk.</summary>
    public Task<long> TrimAsync(EventRetention retention)
    {
        ArgumentNullException.ThrowIfNull(retention);
        lock (_lock)
        {
            _events.RemoveAll(happened => happened.Time < time.GetUtcNow() - retention.MaxAge);
            Extent = Extent with { First = _events.Count > 0 ? _events[0].Sequence : Extent.Last + 1 };
            return Task.FromResult(Extent.First);
        }
    }
}
