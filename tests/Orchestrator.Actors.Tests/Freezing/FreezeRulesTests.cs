using System.Collections.Frozen;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.Freezing.LeaseSamples;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class FreezeRulesTests
{
    [Theory]
    [InlineData(FreezeRequirement.Fs, Reasons.AgentAbsent, FreezeStage.Failed, null)]
    [InlineData(FreezeRequirement.App, Reasons.VmPaused, FreezeStage.Failed, null)]
    [InlineData(FreezeRequirement.Any, Reasons.AgentAbsent, FreezeStage.Accepted, Consistency.Crash)]
    [InlineData(FreezeRequirement.Any, Reasons.VmPaused, FreezeStage.Accepted, Consistency.Crash)]
    [InlineData(FreezeRequirement.Any, Reasons.VmMigrating, FreezeStage.Failed, null)]
    [InlineData(FreezeRequirement.Any, Reasons.AgentFrozen, FreezeStage.Failed, null)]
    [InlineData(FreezeRequirement.Any, Reasons.QemuUnresponsive, FreezeStage.Failed, null)]
    [InlineData(FreezeRequirement.Any, Reasons.LeaseNotRecorded, FreezeStage.Failed, null)]
    public void A_VM_that_cannot_be_frozen_is_taken_as_it_is_only_where_anything_will_do(FreezeRequirement require, string reason, FreezeStage stage, Consistency? consistency)
    {
        var member = FreezeRules.OfUnfrozen(Member(), require, reason, "why");

        Assert.Equal((stage, consistency, reason, "why"), (member.Stage, member.Consistency, member.Reason, member.Message));
    }

    [Fact]
    public void A_guest_that_has_shut_down_is_as_good_as_frozen_and_one_that_has_crashed_is_not()
    {
        var off = FreezeRules.OfUnfrozen(Member(Vm(state: VmState.Stopped, runState: "shutdown")), FreezeRequirement.App, Reasons.VmNotRunning, null);
        Assert.Equal((FreezeStage.Accepted, Consistency.Offline), (off.Stage, off.Consistency));

        Assert.Equal(FreezeStage.Failed, FreezeRules.OfUnfrozen(Member(Vm(state: VmState.Stopped, runState: "guest-panicked")), FreezeRequirement.Fs, Reasons.VmNotRunning, null).Stage);
    }

    [Fact]
    public void What_is_frozen_has_the_consistency_that_its_guest_can_give()
    {
        var hooked = Vm() with { Labels = new Dictionary<string, string> { [FreezeRules.HookLabel] = "true" }.ToFrozenDictionary() };
        var windows = Vm() with { Guest = new GuestInfoSnapshot("windows", "", "") };

        Assert.Equal(Consistency.Fs, Of(Frozen(), Vm()).Consistency);
        Assert.Equal(Consistency.App, Of(Frozen(), hooked).Consistency);
        Assert.Equal(Consistency.App, Of(Frozen(), windows).Consistency);
    }

    [Fact]
    public void Nothing_frozen_is_no_freeze_unless_anything_will_do()
    {
        var none = Of(Frozen(0), Vm());
        Assert.Equal((FreezeStage.Thawing, Reasons.NothingToFreeze), (none.Stage, none.Reason));
        Assert.Equal(FreezeStep.Abort, FreezeRules.Next(FreezeGroupPhase.Freezing, FreezeRequirement.Fs, [none]));

        var any = Of(Frozen(0), Vm(), FreezeRequirement.Any);
        Assert.Equal((FreezeStage.Frozen, Consistency.Crash), (any.Stage, any.Consistency));
    }

    [Fact]
    public void A_freeze_that_failed_is_waited_for_only_where_anything_will_do()
    {
        var thawing = Prepared.On(new LeaseInput.Freeze()).Next.On(new LeaseInput.FreezeEnded(FreezeEnd.Failed, 0, Reasons.GuestError, "no")).Next;
        var member = Of(thawing, Vm());

        Assert.Equal(FreezeStage.Thawing, member.Stage);
        Assert.Equal(FreezeStep.Abort, FreezeRules.Next(FreezeGroupPhase.Freezing, FreezeRequirement.Fs, [member]));
        Assert.Equal(FreezeStep.Wait, FreezeRules.Next(FreezeGroupPhase.Freezing, FreezeRequirement.Any, [member]));

        var thawed = FreezeRules.Of(member, FreezeRequirement.Any, new LeaseEvents.Changed(thawing.On(new LeaseInput.ThawEnded(null)).Next, 0, null, Vm()));
        Assert.Equal((FreezeStage.Accepted, Consistency.Crash, Reasons.GuestError), (thawed.Stage, thawed.Consistency, thawed.Reason));
    }

    [Fact]
    public void A_thaw_ends_as_what_the_VM_was()
    {
        var thawed = Frozen().On(new LeaseInput.Thaw(ThawCause.Requested)).Next.On(new LeaseInput.ThawEnded(null)).Next;
        var given = Prepared.On(new LeaseInput.Thaw(ThawCause.Requested)).Next;

        Assert.Equal((FreezeStage.Thawed, ThawCause.Requested, null), Ended(Of(thawed, Vm())));
        Assert.Equal((FreezeStage.Skipped, ThawCause.Requested, null), Ended(Of(given, Vm())));

        static (FreezeStage, ThawCause?, string?) Ended(FreezeMember member) => (member.Stage, member.Cause, member.Reason);
    }

    [Fact]
    public void A_group_goes_on_when_its_last_VM_is_there()
    {
        var (pending, prepared, frozen, accepted, thawed) = (At(FreezeStage.Pending), At(FreezeStage.Prepared), At(FreezeStage.Frozen), At(FreezeStage.Accepted), At(FreezeStage.Thawed));

        Assert.Equal(FreezeStep.Wait, Next(FreezeGroupPhase.Preparing, prepared, pending));
        Assert.Equal(FreezeStep.Freeze, Next(FreezeGroupPhase.Preparing, prepared, accepted));
        Assert.Equal(FreezeStep.Wait, Next(FreezeGroupPhase.Freezing, frozen, prepared));
        Assert.Equal(FreezeStep.Frozen, Next(FreezeGroupPhase.Freezing, frozen, accepted));
        Assert.Equal(FreezeStep.Wait, Next(FreezeGroupPhase.Frozen, frozen, thawed));
        Assert.Equal(FreezeStep.End, Next(FreezeGroupPhase.Frozen, thawed, accepted));
        Assert.Equal(FreezeStep.Wait, Next(FreezeGroupPhase.Thawing, At(FreezeStage.ThawFailed), thawed));
        Assert.Equal(FreezeStep.Abort, Next(FreezeGroupPhase.Freezing, frozen, At(FreezeStage.Failed)));
        Assert.Equal(FreezeStep.Abort, Next(FreezeGroupPhase.Freezing, frozen, thawed));
    }

    [Fact]
    public void A_VM_of_a_lost_node_is_waited_for_until_it_is_given_up_and_keeps_others_from_being_frozen()
    {
        var lost = FreezeRules.OfLost(At(FreezeStage.Frozen) with { Consistency = Consistency.Fs }, "node b does not answer");
        var over = FreezeRules.OfGivenUp(lost);

        Assert.Equal((FreezeStage.Unknown, Reasons.HostUnreachable), (lost.Stage, lost.Reason));
        Assert.StartsWith("node b does not answer: if it is frozen, its node thaws it", lost.Message);
        Assert.Equal((FreezeStage.Unknown, Reasons.NodeLost), (over.Stage, over.Reason));
        Assert.Equal((true, false, true), (FreezeRules.IsTold(lost), FreezeRules.HasEnded(lost), FreezeRules.HasEnded(over)));
        Assert.Equal(FreezeStep.Abort, Next(FreezeGroupPhase.Freezing, At(FreezeStage.Frozen), lost));
        Assert.Equal(FreezeStep.Abort, FreezeRules.Next(FreezeGroupPhase.Preparing, FreezeRequirement.Any, [lost]));
        Assert.Equal(FreezeStep.Wait, Next(FreezeGroupPhase.Frozen, At(FreezeStage.Thawed), lost));
        Assert.Equal(FreezeStep.End, Next(FreezeGroupPhase.Thawing, At(FreezeStage.Thawed), over));
    }

    [Fact]
    public void Word_of_a_lost_VM_replaces_what_was_said_of_its_node()
    {
        var lost = FreezeRules.OfLost(At(FreezeStage.Frozen), "gone");

        Assert.Equal((null, null), FreezeRules.Heard(lost, isGroupFailed: false) is var heard ? (heard.Reason, heard.Message) : default);
        Assert.Equal(Reasons.GroupFailed, FreezeRules.Heard(lost, isGroupFailed: true).Reason);
        var failed = At(FreezeStage.Failed) with { Reason = Reasons.VmPaused, Message = "why" };
        Assert.Same(failed, FreezeRules.Heard(failed, isGroupFailed: true));
    }

    [Theory]
    [InlineData(null, 1, FreezeStage.Thawed, ThawCause.Restarted)]
    [InlineData(null, 0, FreezeStage.Skipped, null)]
    [InlineData(Reasons.GroupFailed, 0, FreezeStage.Skipped, null)]
    [InlineData(Reasons.VmPaused, 0, FreezeStage.Failed, null)]
    public void A_VM_without_its_lease_is_not_frozen_under_it(string? reason, int filesystems, FreezeStage stage, ThawCause? cause)
    {
        var absent = FreezeRules.OfAbsent(At(FreezeStage.Unknown) with { Reason = reason, Filesystems = filesystems });

        Assert.Equal((stage, cause, reason), (absent.Stage, absent.Cause, absent.Reason));
    }

    [Fact]
    public void A_process_that_does_not_know_that_it_was_frozen_thaws_what_was()
    {
        var resumed = LeaseMachine.Resume(Lease()).Next.On(new LeaseInput.ThawEnded(null)).Next;
        var before = At(FreezeStage.Frozen) with { Filesystems = 2, FrozenAt = 5 };

        var told = FreezeRules.Of(before, FreezeRequirement.Fs, new LeaseEvents.Changed(resumed, 5, null, Vm()));

        Assert.Equal((FreezeStage.Thawed, ThawCause.Restarted, 2), (told.Stage, told.Cause, told.Filesystems));
    }

    [Fact]
    public void A_snapshot_of_a_VM_whose_node_was_lost_promises_nothing()
    {
        var lost = FreezeRules.OfLost(At(FreezeStage.Frozen) with { Consistency = Consistency.Fs }, "node b does not answer");
        var done = new Outcome { Name = "web1", Host = "b", Phase = Phase.Succeeded, Effect = Effect.Applied };

        var taken = SnapshotRules.Of(lost, new SnapshotPlan([], null, null), done);

        Assert.Equal((Phase.Failed, Reasons.FreezeLost, Consistency.Crash), (taken.Phase, taken.Reason, taken.Consistency!.Value));
        Assert.Equal((Phase.Unknown, Reasons.HostUnreachable), SnapshotRules.OfFailedGroup(lost) is var untaken ? (untaken.Phase, untaken.Reason) : default);
    }

    private static FreezeStep Next(FreezeGroupPhase phase, params FreezeMember[] members) => FreezeRules.Next(phase, FreezeRequirement.Fs, members);

    private static FreezeMember At(FreezeStage stage) => Member() with { Stage = stage };

    private static FreezeMember Member(VmSnapshot? vm = null) => new() { LeaseId = "lease1", Vm = vm ?? Vm() };

    private static FreezeMember Of(LeaseMachine machine, VmSnapshot vm, FreezeRequirement require = FreezeRequirement.Fs) =>
        FreezeRules.Of(Member(), require, new LeaseEvents.Changed(machine, 1, null, vm));
}
