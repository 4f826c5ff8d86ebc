using Akka.Actor;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>One of the two QEMUs of a migration, and what stands before it: all that a migration does goes through here. Any thread.</summary>
internal interface IMigrationPeer
{
    /// <summary>The VM as people know it, e.g. <c>web1 on h2</c>.</summary>
    string Name { get; }

    /// <summary>Where what is followed comes from: the sender of its messages.</summary>
    IActorRef Origin { get; }

    /// <summary>Asks QEMU. Never throws: what prevents an answer is a <see cref="CommandResult.NoReply"/>.</summary>
    Task<CommandResult> AskAsync(EncodedCommand command, TimeSpan timeout);

    /// <summary>From now on the follower is sent QEMU's events (<c>VmEvents.Told</c>), and <c>VmEvents.Left</c> at the end.</summary>
    void Follow(IActorRef follower);

    /// <summary>No more of it.</summary>
    void Unfollow(IActorRef follower);

    /// <summary>To what stands before the agent: <see cref="AgentHold"/>.</summary>
    void Tell(AgentHold message, IActorRef sender);
}
