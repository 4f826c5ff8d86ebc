using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Freezing;

/// <summary>What became of a VM's snapshot, from what became of its parts: pure functions.</summary>
internal static class SnapshotRules
{
    /// <summary>A VM of which no disk was touched, because of another.</summary>
    public static VmDiskSnapshot Skipped(Vms.VmSnapshot vm) =>
        new(vm, Phase.Skipped) { Reason = Reasons.GroupFailed, Message = "nothing was done: another VM of the group failed" };

    /// <summary>A VM whose disks could not be planned for; <see langword="null"/> if they could.</summary>
    public static VmDiskSnapshot? OfPlan(Vms.VmSnapshot vm, Outcome asked, SnapshotPlan? plan) => plan switch
    {
        null => new VmDiskSnapshot(vm, asked.Phase) { Reason = asked.Reason, Message = asked.Message ?? asked.Error?.Description },
        { Trouble: { } trouble } => new VmDiskSnapshot(vm, Phase.Refused) { Reason = Reasons.InvalidArgument, Message = trouble },
        { Transaction: null } => new VmDiskSnapshot(vm, Phase.Skipped) { Reason = Reasons.NoWritableDisk, Message = "it has no disk that it writes to" },
        _ => null,
    };

    /// <summary>A VM of a group that was not frozen.</summary>
    public static VmDiskSnapshot OfFailedGroup(FreezeMember member) => member.Reason is null or Reasons.GroupFailed
        ? Skipped(member.Vm) with { FrozenFor = member.FrozenFor }
        : new VmDiskSnapshot(member.Vm, member.Stage == FreezeStage.Unknown ? Phase.Unknown : Phase.Failed) { FrozenFor = member.FrozenFor, Reason = member.Reason, Message = member.Message };

    /// <summary>A VM whose transaction has ended.</summary>
    /// <param name="member">Its part in the group, after the thaw.</param>
    /// <param name="plan">What was to be done.</param>
    /// <param name="transaction">How that ended.</param>
    public static VmDiskSnapshot Of(FreezeMember member, SnapshotPlan plan, Outcome transaction)
    {
        var taken = new VmDiskSnapshot(member.Vm, transaction.Phase) { Files = plan.Files, FrozenFor = member.FrozenFor };
        if (transaction.Phase != Phase.Succeeded)
            return taken with { Reason = transaction.Reason, Message = transaction.Message ?? transaction.Error?.Description };
        if (member.Cause is not (null or ThawCause.Requested) && member.Stage != FreezeStage.Accepted)
            return taken with { Phase = Phase.Failed, Consistency = Consistency.Crash, Reason = Reasons.FreezeLost, Message = $"the freeze may have ended ({member.Cause}) before the disks were done with: what the files hold is as after a power cut" };
        if (member.Stage == FreezeStage.Unknown)
            return taken with { Phase = Phase.Failed, Consistency = Consistency.Crash, Reason = Reasons.FreezeLost, Message = $"nobody knows whether the freeze lasted until the disks were done with: {member.Message}" };
        return taken with { Consistency = member.Consistency ?? Consistency.Crash, Message = member.Stage is FreezeStage.Accepted or FreezeStage.ThawFailed ? member.Message : null };
    }
}
