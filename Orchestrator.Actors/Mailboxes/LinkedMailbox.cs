using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Orchestrator.Actors.Mailboxes;

/// <summary>
/// The mailbox of a node's actors: unbounded, as Akka's own, and 130 bytes while it is empty instead of 1,100: a node has three actors per VM, which are silent most of
/// the time. Configured as <c>akka.actor.default-mailbox.mailbox-type</c>.
/// </summary>
public sealed class LinkedMailbox : MailboxType, IProducesMessageQueue<LinkedMessageQueue>
{
    /// <summary>Made by Akka, by name.</summary>
    public LinkedMailbox(Settings settings, Config config)
        : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new LinkedMessageQueue();
}
