namespace Orchestrator.Actors.Events.Storage;

/// <summary>Where a node's event log is kept. Any thread.</summary>
public interface IEventStore
{
    /// <summary>What it has.</summary>
    EventLogExtent Extent { get; }

    /// <summary>Adds events behind all others, all or none; done when a killed process would still find them.</summary>
    /// <param name="events">In the order of their sequences.</param>
    /// <exception cref="EventStoreException">Nothing of it was written.</exception>
    Task AppendAsync(IReadOnlyList<FleetEvent> events);

    /// <summary>The events after a sequence, in order; <see cref="FleetEvent.Seen"/> has what selectors look at.</summary>
    /// <exception cref="EventStoreException">It cannot be read.</exception>
    Task<IReadOnlyList<FleetEvent>> ReadAsync(long after, int max);

    /// <summary>The sequence of the last event that was logged before a time, of those that are kept; one less than the oldest if all are younger.</summary>
    /// <exception cref="EventStoreException">It cannot be read.</exception>
    Task<long> FindAsync(DateTimeOffset since);

    /// <summary>Forgets the oldest events beyond the limits.</summary>
    /// <returns>The oldest sequence that is kept; one more than the last if none is.</returns>
    /// <exception cref="EventStoreException">It cannot be written.</exception>
    Task<long> TrimAsync(EventRetention retention);
}

/// <summary>What is in a log.</summary>
/// <param name="Epochs">Its lives, oldest first, at least one.</param>
/// <param name="First">Oldest sequence kept; one more than <paramref name="Last"/> if none is.</param>
/// <param name="Last">Newest sequence that was ever given; 0 if none.</param>
public sealed record EventLogExtent(IReadOnlyList<EventEpoch> Epochs, long First, long Last);

/// <summary>A life of a log: it begins another when it may have lost its end.</summary>
/// <param name="Id">Unix milliseconds of its begin.</param>
/// <param name="From">Its first sequence.</param>
public sealed record EventEpoch(long Id, long From);

/// <summary>How much of a log is kept, whichever is reached first.</summary>
/// <param name="MaxBytes">On disk, about; from 1 MiB up.</param>
/// <param name="MaxAge">Since the event was logged.</param>
public sealed record EventRetention(long MaxBytes, TimeSpan MaxAge)
{
    /// <summary>256 MiB and seven days.</summary>
    public static readonly EventRetention Default = new(256L << 20, TimeSpan.FromDays(7));
}

/// <summary>The event log cannot be written or read; the message says why and what to do.</summary>
public sealed class EventStoreException(string message, Exception? inner = null) : Exception(message, inner);
