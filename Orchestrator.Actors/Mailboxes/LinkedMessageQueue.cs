using Akka.Actor;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Orchestrator.Actors.Mailboxes;

/// <summary>
/// Messages of one actor in the order of their arrival: a link for each. Any thread enqueues, without a lock; only the actor's turn dequeues, of which Akka begins one at
/// a time.
/// </summary>
public sealed class LinkedMessageQueue : IMessageQueue, IUnboundedMessageQueueSemantics
{
    private Link _newest;
    private Link _taken;

    /// <summary>An empty queue.</summary>
    public LinkedMessageQueue() => _newest = _taken = new Link(default);

    /// <summary>One whose next ones follow it. The first is of a message that was taken already.</summary>
    private sealed class Link(Envelope envelope)
    {
        public Envelope Envelope = envelope;
        public Link? Next;
    }

    /// <summary>
    /// Also of one whose link is not seen yet: Akka asks this after it has ended a turn, and whoever enqueues looks whether a turn is under way after that. The exchange of
    /// <see cref="_newest"/> is a barrier between the two, which the writing of the link is not: by the link alone, each could miss the other, and the message would lie here until the next one.
    /// </summary>
    public bool HasMessages => Volatile.Read(ref _newest) != Volatile.Read(ref _taken);

    /// <summary>Counted one by one: Akka asks for it in diagnostics only.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            for (var link = Volatile.Read(ref Volatile.Read(ref _taken).Next); link is not null; link = Volatile.Read(ref link.Next))
                count++;
            return count;
        }
    }

    /// <inheritdoc/>
    public void Enqueue(IActorRef receiver, Envelope envelope)
    {
        var link = new Link(envelope);
        // Between the two, the messages behind this one are not seen yet. Whoever enqueued them asks for the actor's turn, and so does this one, afterwards.
        Volatile.Write(ref Interlocked.Exchange(ref _newest, link).Next, link);
    }

    /// <inheritdoc/>
    public bool TryDequeue(out Envelope envelope)
    {
        if (Volatile.Read(ref _taken.Next) is not { } next)
        {
            envelope = default;
            return false;
        }
        envelope = next.Envelope;
        next.Envelope = default;
        Volatile.Write(ref _taken, next);
        return true;
    }

    /// <inheritdoc/>
    public void CleanUp(IActorRef owner, IMessageQueue deadletters)
    {
        while (TryDequeue(out var envelope))
            deadletters.Enqueue(owner, envelope);
    }
}
