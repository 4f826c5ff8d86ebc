using Akka.Actor;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>One turn on the agent's channel: hands the session's result to the actor that owns the channel.</summary>
internal sealed class Execution(AgentCommands.Execute request, bool isPreflight, IActorRef owner) : IReplyReceiver
{
    private static readonly CommandResult.NoReply NotSent =
        new(NoReplyCause.NotReady, Written: false, "the agent did not answer guest-ping, so the command was not sent");

    /// <summary>The command whose turn it is.</summary>
    public AgentCommands.Execute Request { get; } = request;

    /// <summary>Whether this only asks if the agent is alive, before the command itself.</summary>
    public bool IsPreflight { get; } = isPreflight;

    /// <summary>Set when the agent's channel is another one since: a command that only had its question before it, or that QEMU had not read, is then asked for again.</summary>
    public volatile bool IsMoved;

    /// <summary>Whether the result leaves the session out of step: silence, a cut or an answer that could not be read.</summary>
    public static bool IsLost(CommandResult result) =>
        result is CommandResult.NoReply or CommandResult.Violated { Violation.Kind: not ViolationKind.Schema };

    /// <summary>Whether a command was in no agent's hands: the guest was migrated, and QEMU had not read it.</summary>
    public static bool NeverArrived(CommandResult result) => result is CommandResult.NoReply { Cause: NoReplyCause.Migrated, Written: false };

    /// <inheritdoc/>
    public void OnResult(CommandResult result)
    {
        // The caller hears it straight from the session; the owner only takes the next turn.
        if (!IsPreflight && !(IsMoved && NeverArrived(result)))
            Request.Receiver.OnResult(result);
        else if (IsPreflight && IsLost(result) && !IsMoved)
            Request.Receiver.OnResult(NotSent);
        owner.Tell(new AgentSignals.Ended(this, result));
    }
}
