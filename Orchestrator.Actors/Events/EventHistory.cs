using Orchestrator.Actors.Events.Storage;

namespace Orchestrator.Actors.Events;

/// <summary>The numbers of a log's events, and the newest of them in memory. Owned by an <see cref="EventLog"/>.</summary>
internal sealed class EventHistory
{
    private readonly FleetEvent[] _ring;
    private long _first;
    private int _count;
    private int _newest = -1;

    /// <param name="extent">What the log has.</param>
    /// <param name="capacity">Events in memory, from 1 up.</param>
    public EventHistory(EventLogExtent extent, int capacity)
    {
        Epochs = new EventEpochs(extent.Epochs);
        _ring = new FleetEvent[capacity];
        (_first, Last, Shown) = (extent.First, extent.Last, extent.Last);
    }

    /// <summary>The log's lives.</summary>
    public EventEpochs Epochs { get; }

    /// <summary>Newest sequence given.</summary>
    public long Last { get; private set; }

    /// <summary>Newest sequence that readers see.</summary>
    public long Shown { get; private set; }

    /// <summary>Oldest sequence in memory; one more than <see cref="Shown"/> if none is.</summary>
    public long FirstInMemory => _count == 0 ? Shown + 1 : At(0).Sequence;

    /// <summary>Gives an event its sequence.</summary>
    public FleetEvent Number(FleetEvent happened) => happened with { Sequence = ++Last };

    /// <summary>Lets readers see events, those that they do not see yet.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Show(IReadOnlyList<FleetEvent> events)
    {
        var before = Shown;
        foreach (var happened in events)
        {
            if (happened.Sequence <= Shown)
                continue;
            _newest = (_newest + 1) % _ring.Length;
            _ring[_newest] = happened with { Epoch = Epochs.PositionAt(happened.Sequence - 1).Epoch };
            _count = Math.Min(_count + 1, _ring.Length);
            Shown = happened.Sequence;
        }
        return Shown > before;
    }

    /// <summary>Older ones are not kept any more.</summary>
    public void Trim(long first) => _first = Math.Max(_first, first);

    /// <summary>Where a reader goes on, and what it misses.</summary>
    /// <param name="position">What it has; <see langword="null"/>: all that there is.</param>
    public (long After, EventGap? Gap) Resolve(EventPosition? position) => position is { } place ? Epochs.Resolve(place, Math.Min(_first, FirstInMemory), Last) : (Last, null);

    /// <summary>Whether everything that is kept after a sequence is in memory.</summary>
    public bool IsInMemory(long after) => after >= FirstInMemory - 1 || (_count > 0 && after >= Shown);

    /// <summary>Answers from memory.</summary>
    public EventReplies.Page Page(long after, int max, EventGap? gap)
    {
        var from = FirstAfter(after);
        var found = new List<FleetEvent>(Math.Min(max, _count - from));
        for (var at = from; at < _count && found.Count < max; at++)
            found.Add(At(at));
        return Epochs.Page(after, found, after + 1, gap, Shown);
    }

    private FleetEvent At(int index) => _ring[(_newest - _count + 1 + index + _ring.Length) % _ring.Length];

    private int FirstAfter(long after)
    {
        var (low, high) = (0, _count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Sequence <= after)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
