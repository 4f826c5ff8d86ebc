using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing;

/// <summary>A message about its lease to a <c>VmActor</c>.</summary>
internal interface ILeaseMessage : ILocalSignal;

/// <summary>"Do": sent to a <c>VmActor</c>. Whoever prepares a lease is told everything that becomes of it.</summary>
internal static class LeaseCommands
{
    /// <summary>Takes a lease: it is on disk when <see cref="LeasePhase.Prepared"/> is told, and no byte was sent. Answers: <see cref="LeaseEvents"/>.</summary>
    internal sealed record Prepare(FreezeLease Lease, EncodedCommand Freeze) : ILeaseMessage;

    /// <summary>Freezes under a lease that is prepared.</summary>
    internal sealed record Freeze(string LeaseId) : ILeaseMessage;

    /// <summary>Thaws what was frozen under a lease, or gives it back.</summary>
    internal sealed record Thaw(string LeaseId, ThawCause Cause) : ILeaseMessage;

    /// <summary>The owner is alive. Answer: <see cref="LeaseReplies.Extended"/>.</summary>
    internal sealed record Extend(string LeaseId, TimeSpan Ttl) : ILeaseMessage;

    /// <summary>Whoever sends it is told what becomes of a lease from now on, in the place of whoever was before, and how it stands: <see cref="LeaseEvents.Changed"/> or <see cref="LeaseEvents.Absent"/>.</summary>
    internal sealed record Watch(string LeaseId) : ILeaseMessage;

    /// <summary>Thaws whatever is frozen. Answer: <see cref="LeaseReplies.ThawTold"/>, once the guest is thawed, or its thaw has failed and goes on.</summary>
    /// <param name="Force">Also what somebody else has frozen.</param>
    internal sealed record ThawAny(bool Force) : ILeaseMessage;
}

/// <summary>Answers of a <c>VmActor</c>.</summary>
internal static class LeaseReplies
{
    /// <param name="LeaseId">The lease.</param>
    /// <param name="Deadline">Its new one; <see langword="null"/> if the VM is not frozen under it.</param>
    internal sealed record Extended(string LeaseId, DateTimeOffset? Deadline) : ILocalSignal;

    /// <param name="Vm">The VM.</param>
    /// <param name="Result">What became of it.</param>
    /// <param name="Message">For people: what to do next; <see langword="null"/> if nothing.</param>
    internal sealed record ThawTold(VmSnapshot Vm, ThawResult Result, string? Message) : ILocalSignal;
}

/// <summary>What became of a thaw that somebody asked for. Stable names: safe to switch on.</summary>
public enum ThawResult
{
    /// <summary>The guest has confirmed it.</summary>
    Thawed,

    /// <summary>Nothing was frozen, as far as is known.</summary>
    NotFrozen,

    /// <summary>Somebody else has frozen it, and that was not to be thawed.</summary>
    Foreign,

    /// <summary>The thaw has not succeeded yet, and is tried until it does.</summary>
    Pending,

    /// <summary>The thaw of what somebody else has frozen failed.</summary>
    Failed,
}

/// <summary>"It happened": sent by a <c>VmActor</c> to whoever has prepared a lease.</summary>
internal static class LeaseEvents
{
    /// <summary>The VM does not take the lease: nothing was done.</summary>
    internal sealed record Denied(string LeaseId, string Reason, string Message, VmSnapshot Vm) : ILocalSignal;

    /// <summary>The VM has no such lease: it is not frozen under it.</summary>
    internal sealed record Absent(string LeaseId, VmSnapshot Vm) : ILocalSignal;

    /// <summary>The VM of a lease has left its node, or its actor failed.</summary>
    internal sealed record VmGone(string LeaseId) : ILocalSignal;

    /// <summary>Nobody knows how leases stand: the node that has their VMs does not answer, and thaws them by itself.</summary>
    /// <param name="LeaseIds">Which.</param>
    /// <param name="Message">For people.</param>
    internal sealed record Lost(IReadOnlyList<string> LeaseIds, string Message) : ILocalSignal;

    /// <summary>The lease is somewhere else on its way.</summary>
    /// <param name="Machine">Where.</param>
    /// <param name="FrozenAt">Timestamp of the agent's answer to the freeze; 0 before it.</param>
    /// <param name="FrozenFor">From that to the answer to the thaw, once thawed.</param>
    /// <param name="Vm">The VM as it is now.</param>
    internal sealed record Changed(LeaseMachine Machine, long FrozenAt, TimeSpan? FrozenFor, VmSnapshot Vm) : ILocalSignal;
}

/// <summary>Only a <c>VmActor</c> itself, its sessions and its timers.</summary>
internal static class LeaseSignals
{
    internal sealed record Recorded(FreezeLease Lease, string? Failure) : ILeaseMessage;

    internal sealed record FreezeEnded(string LeaseId, CommandResult Result) : ILeaseMessage;

    internal sealed record ThawEnded(string LeaseId, CommandResult Result) : ILeaseMessage;

    /// <summary>The agent told whether it is frozen; <c>News</c> is the count of what it had told of freezes when it was asked.</summary>
    internal sealed record StatusTold(int News, CommandResult Status) : ILeaseMessage;

    /// <summary>The thaw of what somebody else has frozen ended.</summary>
    internal sealed record ForeignThawEnded(IActorRef Asker, CommandResult Result) : ILeaseMessage;

    /// <summary>A timer of the lease.</summary>
    internal sealed record Due(string LeaseId, LeaseInput Input) : ILeaseMessage;
}

/// <summary>Gives an agent's answer to the actor that asked, in the order of the answers.</summary>
internal sealed class LeaseReceiver(IActorRef vm, Func<CommandResult, ILeaseMessage> message) : IReplyReceiver
{
    public void OnResult(CommandResult result) => vm.Tell(message(result));
}
