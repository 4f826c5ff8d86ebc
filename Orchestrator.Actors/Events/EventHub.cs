using Akka.Actor;

namespace Orchestrator.Actors.Events;

/// <summary>
/// Gives every event of this node its place in one order and keeps the newest. Readers pull by sequence; one that falls too far behind is told
/// which events it missed. One per node.
/// </summary>
public sealed class EventHub : UntypedActor
{
    private const int MaxWaitingReaders = 4096;

    private readonly FleetEvent[] _kept;
    private readonly PageReaders<EventQueries.Read> _readers = new(MaxWaitingReaders);
    private long _last;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public EventHub(int capacity) => _kept = new FleetEvent[capacity];

    /// <summary>Props.</summary>
    /// <param name="capacity">How many events are kept, from 1 up.</param>
    public static Props PropsFor(int capacity) => Props.Create(() => new EventHub(capacity));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FleetEvent happened:
                OnEvent(happened);
                break;
            case EventQueries.Read read:
                OnRead(read);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnEvent(FleetEvent happened)
    {
        _last++;
        _kept[_last % _kept.Length] = happened with { Sequence = _last };
        _readers.AnswerAll(Answer);
    }

    private void OnRead(EventQueries.Read read)
    {
        var positioned = read.After < 0 ? read with { After = _last } : read;
        if (positioned.After > _last)
            AnswerStranger(Sender, positioned);
        else if (positioned.After < _last)
            Answer(Sender, positioned);
        else
            _readers.Park(Sender, positioned, Answer);
    }

    /// <summary>The reader's position is of a life of the node before this one: what it missed of that is lost, and it begins anew.</summary>
    private void AnswerStranger(IActorRef reader, EventQueries.Read read) => reader.Tell(new EventReplies.Page([], 0, (1, read.After)));

    private void Answer(IActorRef reader, EventQueries.Read read)
    {
        var oldest = Math.Max(1, _last - _kept.Length + 1);
        var from = Math.Max(read.After + 1, oldest);
        var to = Math.Min(_last, from + read.Max - 1);
        var events = new List<FleetEvent>();
        for (var sequence = from; sequence <= to; sequence++)
            events.Add(_kept[sequence % _kept.Length]);
        (long, long)? gap = from > read.After + 1 ? (read.After + 1, from - 1) : null;
        reader.Tell(new EventReplies.Page(events, Math.Max(to, read.After), gap));
    }
}
