using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing;

/// <summary>What answers mean to a lease, and how long it may last: pure functions.</summary>
internal static class LeaseRules
{
    /// <summary>Windows thaws by itself after 10 s (VSS): a longer lease would promise what is not so.</summary>
    public static readonly TimeSpan WindowsCap = TimeSpan.FromSeconds(10);

    /// <summary>How a freeze ended.</summary>
    public static LeaseInput.FreezeEnded OfFreeze(CommandResult result, EncodedCommand command, VmCondition vm)
    {
        var verdict = OutcomeRules.Of(result, command, vm);
        var message = verdict.Message ?? verdict.Error?.Description;
        return result switch
        {
            CommandResult.Returned returned => new LeaseInput.FreezeEnded(FreezeEnd.Frozen, CountOf(returned)),
            CommandResult.Refused { Error.Class: "CommandNotFound" } => new LeaseInput.FreezeEnded(FreezeEnd.NotTaken, 0, verdict.Reason, message),
            CommandResult.Refused => new LeaseInput.FreezeEnded(FreezeEnd.Failed, 0, verdict.Reason, message),
            CommandResult.NoReply { Written: false } => new LeaseInput.FreezeEnded(FreezeEnd.NotSent, 0, verdict.Reason, message),
            _ => new LeaseInput.FreezeEnded(FreezeEnd.Unknown, 0, verdict.Reason, message),
        };
    }

    /// <summary>How a thaw ended.</summary>
    public static LeaseInput.ThawEnded OfThaw(CommandResult result) => new(result switch
    {
        CommandResult.Returned => null,
        CommandResult.Refused refused => $"the agent refuses the thaw: {refused.Error.Description}",
        CommandResult.NoReply lost => $"the thaw was not confirmed: {lost.Detail}",
        _ => "the agent's answer to the thaw cannot be understood",
    });

    /// <summary>What an answer to <c>guest-fsfreeze-status</c> says.</summary>
    public static bool? IsFrozen(CommandResult status) => status is CommandResult.Returned ? GuestIdentity.IsFrozen(status) : null;

    /// <summary>The count that <c>guest-fsfreeze-freeze</c> and <c>-thaw</c> return; 0 for one that is none.</summary>
    public static int CountOf(CommandResult.Returned returned) =>
        System.Buffers.Text.Utf8Parser.TryParse(returned.Value.Span, out int count, out _) ? count : 0;

    /// <summary>What remains of the time asked for where the guest's system ends it by itself.</summary>
    public static FreezeLease Cap(FreezeLease lease, GuestInfoSnapshot? guest, DateTimeOffset now) =>
        guest?.OsType == "windows" && lease.Deadline - now > WindowsCap ? lease with { Deadline = now + WindowsCap } : lease;

    /// <summary>The lease after its owner has shown that he is alive; the same where the guest's system ends it by itself.</summary>
    public static FreezeLease Extended(FreezeLease lease, TimeSpan ttl, GuestInfoSnapshot? guest, DateTimeOffset now) =>
        guest?.OsType == "windows" ? lease : lease with { Ttl = ttl, Deadline = now + ttl };

    /// <summary>The VM's freeze as its condition has it.</summary>
    public static FreezeState StateOf(LeasePhase phase, bool frozenByOthers) => phase switch
    {
        LeasePhase.Freezing or LeasePhase.FreezeUnknown => FreezeState.Freezing,
        LeasePhase.Frozen => FreezeState.Frozen,
        LeasePhase.Thawing or LeasePhase.ThawFailed => FreezeState.Thawing,
        _ => frozenByOthers ? FreezeState.FrozenForeign : FreezeState.Thawed,
    };
}
