using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>What of the logs has been read and not handled yet, and so where a restart must begin. Instances overtake each other; the cursor does not.</summary>
/// <param name="from">Every event before it has been handled.</param>
internal sealed class FeedProgress(EventCursor from)
{
    private readonly Dictionary<string, Queue<FeedPlace>> _open = new(StringComparer.Ordinal);

    /// <summary>After what has been read.</summary>
    public EventCursor Read { get; private set; } = from;

    /// <summary>Every event before it has been handled.</summary>
    public EventCursor Handled { get; private set; } = from;

    /// <summary>Places that are not done with.</summary>
    public int Open { get; private set; }

    /// <summary>When the oldest event happened that is not handled.</summary>
    public DateTimeOffset? OldestOpen => _open.Values.Where(places => places.Count > 0).Select(places => places.Peek().Time).Min();

    /// <summary>Something that instances are to handle.</summary>
    /// <param name="host">VmHost of its log.</param>
    /// <param name="before">The place before it.</param>
    /// <param name="instances">How many handle it, from 1 up.</param>
    /// <param name="time">When it happened.</param>
    public FeedPlace Add(string host, EventPosition before, int instances, DateTimeOffset? time)
    {
        if (!_open.TryGetValue(host, out var places))
            _open.Add(host, places = new Queue<FeedPlace>());
        var place = new FeedPlace(host, before, time) { Remaining = instances };
        places.Enqueue(place);
        Open++;
        return place;
    }

    /// <summary>All of a page has been added.</summary>
    public void ReadTo(EventCursor cursor)
    {
        Read = cursor;
        foreach (var host in cursor.Hosts)
            Move(host);
    }

    /// <summary>One instance has handled it.</summary>
    public void Finish(FeedPlace place)
    {
        if (--place.Remaining > 0)
            return;
        Open--;
        Move(place.Host);
    }

    private void Move(string host)
    {
        var places = _open.GetValueOrDefault(host);
        while (places?.TryPeek(out var first) == true && first.Remaining == 0)
            places.Dequeue();
        var position = places is { Count: > 0 } ? places.Peek().Before : Read[host];
        if (position != Handled[host])
            Handled = Handled.With(host, position);
    }
}

/// <summary>Something in a log that instances are handling.</summary>
internal sealed class FeedPlace(string host, EventPosition before, DateTimeOffset? time)
{
    public string Host { get; } = host;

    public EventPosition Before { get; } = before;

    public DateTimeOffset? Time { get; } = time;

    /// <summary>Instances that have not handled it.</summary>
    public int Remaining { get; set; }
}
