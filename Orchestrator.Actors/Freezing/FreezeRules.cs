using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Freezing;

/// <summary>What a group does next.</summary>
internal enum FreezeStep
{
    Wait,

    /// <summary>All are prepared: freeze them at once.</summary>
    Freeze,

    /// <summary>All are as they should be.</summary>
    Frozen,

    /// <summary>One failed: thaw all.</summary>
    Abort,

    /// <summary>Nothing is frozen any more.</summary>
    End,
}

/// <summary>What becomes of a group's VMs, and when it goes on: pure functions.</summary>
internal static class FreezeRules
{
    /// <summary>Label by which the configuration says that a guest's applications take part in a freeze.</summary>
    public const string HookLabel = "fsfreeze-hook";

    /// <summary>Whether applications take part: the configuration says so, or it is Windows with its VSS.</summary>
    public static bool HasHooks(VmSnapshot vm) => vm.Guest?.OsType == "windows" || vm.Labels.GetValueOrDefault(HookLabel) == "true";

    /// <summary>What becomes of a VM that cannot be frozen.</summary>
    /// <param name="member">The VM.</param>
    /// <param name="require">What is demanded.</param>
    /// <param name="reason">Why it cannot: one of <see cref="Reasons"/>.</param>
    /// <param name="message">The same for people.</param>
    public static FreezeMember OfUnfrozen(FreezeMember member, FreezeRequirement require, string reason, string? message)
    {
        var unfrozen = member with { Reason = reason, Message = message };
        if (member.Vm is { State: VmState.Stopped, RunState: "shutdown" })
            return unfrozen with { Stage = FreezeStage.Accepted, Consistency = Consistency.Offline };
        return require == FreezeRequirement.Any && LeavesCrashConsistent(reason)
            ? unfrozen with { Stage = FreezeStage.Accepted, Consistency = Consistency.Crash }
            : unfrozen with { Stage = FreezeStage.Failed };
    }

    /// <summary>A VM of whose lease there is word again.</summary>
    /// <param name="member">The VM.</param>
    /// <param name="isGroupFailed">Whether its group failed meanwhile.</param>
    public static FreezeMember Heard(FreezeMember member, bool isGroupFailed) =>
        member.Stage == FreezeStage.Unknown ? member with { Reason = isGroupFailed ? Reasons.GroupFailed : null, Message = null } : member;

    /// <summary>A VM whose node does not answer: nobody knows whether it is frozen.</summary>
    public static FreezeMember OfLost(FreezeMember member, string why) => member with
    {
        Stage = FreezeStage.Unknown,
        Reason = Reasons.HostUnreachable,
        Message = $"{why}: if it is frozen, its node thaws it by itself, at its lease's end or when it starts",
    };

    /// <summary>The same, when its lease is over and there has been no word.</summary>
    public static FreezeMember OfGivenUp(FreezeMember member) => member with
    {
        Reason = Reasons.NodeLost,
        Message = "its lease is over, and its node has not told since that it is thawed: if the node's process is gone, it thaws the VM as soon as it runs again",
    };

    /// <summary>A VM that has no such lease any more, or never had.</summary>
    public static FreezeMember OfAbsent(FreezeMember member) => member with
    {
        Stage = member.Reason is not (null or Reasons.GroupFailed) ? FreezeStage.Failed : WasFrozen(member) ? FreezeStage.Thawed : FreezeStage.Skipped,
        Cause = member.Cause ?? (WasFrozen(member) ? ThawCause.Restarted : null),
    };

    /// <summary>What its lease tells of a VM.</summary>
    public static FreezeMember Of(FreezeMember member, FreezeRequirement require, LeaseEvents.Changed changed)
    {
        var machine = changed.Machine;
        var seen = member with { Vm = changed.Vm, Deadline = machine.Lease!.Deadline, Filesystems = Math.Max(machine.Filesystems, member.Filesystems), FrozenAt = changed.FrozenAt, FrozenFor = changed.FrozenFor ?? member.FrozenFor };
        return machine.Phase switch
        {
            LeasePhase.Prepared => seen with { Stage = FreezeStage.Prepared },
            LeasePhase.Frozen when machine.Filesystems == 0 && require != FreezeRequirement.Any =>
                seen with { Stage = FreezeStage.Thawing, Reason = Reasons.NothingToFreeze, Message = "the agent found no filesystem to freeze: are the mount points right?" },
            LeasePhase.Frozen => seen with { Stage = FreezeStage.Frozen, Consistency = machine.Filesystems == 0 ? Consistency.Crash : HasHooks(changed.Vm) ? Consistency.App : Consistency.Fs },
            LeasePhase.Thawing => WithCause(seen, machine) with { Stage = FreezeStage.Thawing },
            LeasePhase.ThawFailed => WithCause(seen, machine) with { Stage = FreezeStage.ThawFailed, Message = machine.Message },
            LeasePhase.Thawed when machine.Reason is { } reason && !machine.WasFrozen => OfUnfrozen(seen with { Cause = machine.Cause }, require, reason, machine.Message),
            LeasePhase.Thawed => WithCause(seen, machine) with { Stage = StageOfEnded(member, machine), Message = member.Reason is null ? null : member.Message },
            _ => seen,
        };
    }

    /// <summary>What to do, once a VM stands elsewhere.</summary>
    public static FreezeStep Next(FreezeGroupPhase phase, FreezeRequirement require, IReadOnlyCollection<FreezeMember> members) => phase switch
    {
        FreezeGroupPhase.Preparing or FreezeGroupPhase.Freezing when members.Any(member => IsLost(member, require)) => FreezeStep.Abort,
        FreezeGroupPhase.Preparing when members.All(member => member.Stage is FreezeStage.Prepared or FreezeStage.Accepted) => FreezeStep.Freeze,
        FreezeGroupPhase.Freezing when members.All(member => member.Stage is FreezeStage.Frozen or FreezeStage.Accepted) => FreezeStep.Frozen,
        FreezeGroupPhase.Frozen or FreezeGroupPhase.Thawing when members.All(HasEnded) => FreezeStep.End,
        _ => FreezeStep.Wait,
    };

    /// <summary>From the first answer to the last; <see langword="null"/> if fewer than one VM is frozen.</summary>
    public static TimeSpan? Skew(IEnumerable<FreezeMember> members, TimeProvider time)
    {
        long[] frozen = [.. members.Where(member => member.FrozenAt != 0 && member.Stage == FreezeStage.Frozen).Select(member => member.FrozenAt)];
        return frozen.Length == 0 ? null : time.GetElapsedTime(frozen.Min(), frozen.Max());
    }

    /// <summary>Whether the VM is certainly not frozen under the group's lease, and never will be; or was given up.</summary>
    public static bool HasEnded(FreezeMember member) => member.Stage is FreezeStage.Thawed or FreezeStage.Failed or FreezeStage.Skipped or FreezeStage.Accepted || member is { Stage: FreezeStage.Unknown, Reason: Reasons.NodeLost };

    /// <summary>Whether nothing more is known soon: it has ended, or its thaw fails and goes on.</summary>
    public static bool IsTold(FreezeMember member) => HasEnded(member) || member.Stage is FreezeStage.ThawFailed or FreezeStage.Unknown;

    /// <summary>
    /// Whether a VM keeps its group from being frozen. Where anything will do, one that is thawed because its freeze failed is still waited for.
    /// </summary>
    private static bool IsLost(FreezeMember member, FreezeRequirement require) => member.Stage is FreezeStage.Failed or FreezeStage.Thawed or FreezeStage.Skipped or FreezeStage.ThawFailed or FreezeStage.Unknown
        || (member.Stage == FreezeStage.Thawing && (require != FreezeRequirement.Any || member.Cause != ThawCause.FreezeFailed));

    private static FreezeMember WithCause(FreezeMember member, LeaseMachine machine) => member with { Cause = machine.Cause, Reason = member.Reason ?? machine.Reason };

    private static FreezeStage StageOfEnded(FreezeMember member, LeaseMachine machine) => member.Reason switch
    {
        not (null or Reasons.GroupFailed) => FreezeStage.Failed,
        _ => machine.WasFrozen || WasFrozen(member) ? FreezeStage.Thawed : FreezeStage.Skipped,
    };

    /// <summary>A node that was started anew does not know it any more.</summary>
    private static bool WasFrozen(FreezeMember member) => member.FrozenAt != 0 || member.Filesystems > 0;

    private static bool LeavesCrashConsistent(string reason) => reason is Reasons.VmPaused or Reasons.VmNotRunning or Reasons.AgentAbsent or Reasons.AgentUnresponsive
        or Reasons.Unsupported or Reasons.DisabledByGuest or Reasons.GuestQuarantined or Reasons.GuestError or Reasons.ReplyLost or Reasons.QueueDeadline
        or Reasons.VmBusy or Reasons.FreezeHookAbsent;
}
