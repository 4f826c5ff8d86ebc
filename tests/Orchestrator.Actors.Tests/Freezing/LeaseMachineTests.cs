using Orchestrator.Actors.Freezing;
using static Orchestrator.Actors.Tests.Freezing.LeaseSamples;

namespace Orchestrator.Actors.Tests.Freezing;

public sealed class LeaseMachineTests
{
    [Fact]
    public void The_lease_is_written_before_the_freeze_is_sent_and_forgotten_after_the_thaw_is_confirmed()
    {
        var (machine, actions) = LeaseMachine.Thawed.On(new LeaseInput.Prepare(Lease()));
        Assert.Equal((LeasePhase.Recording, "Record, ArmDeadline"), (machine.Phase, Words(actions)));
        Assert.Empty(machine.On(new LeaseInput.Freeze()).Actions);

        (machine, actions) = machine.On(new LeaseInput.Recorded(null));
        Assert.Equal((LeasePhase.Prepared, ""), (machine.Phase, Words(actions)));
        (machine, actions) = machine.On(new LeaseInput.Freeze());
        Assert.Equal((LeasePhase.Freezing, "SendFreeze"), (machine.Phase, Words(actions)));
        (machine, actions) = machine.On(new LeaseInput.FreezeEnded(FreezeEnd.Frozen, 3));
        Assert.Equal((LeasePhase.Frozen, 3, ""), (machine.Phase, machine.Filesystems, Words(actions)));

        (machine, actions) = machine.On(new LeaseInput.Thaw(ThawCause.Requested));
        Assert.Equal((LeasePhase.Thawing, "SendThaw"), (machine.Phase, Words(actions)));
        (machine, actions) = machine.On(new LeaseInput.ThawEnded(null));
        Assert.Equal((LeasePhase.Thawed, ThawCause.Requested, "Forget"), (machine.Phase, machine.Cause, Words(actions)));
        Assert.True(machine.WasFrozen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(null)]
    public void A_freeze_without_an_answer_is_asked_about_and_then_thawed_whatever_the_agent_says(bool? says)
    {
        var (machine, actions) = Prepared.On(new LeaseInput.Freeze()).Next.On(new LeaseInput.FreezeEnded(FreezeEnd.Unknown, 0, "ReplyLost", "no answer"));
        Assert.Equal((LeasePhase.FreezeUnknown, "AskStatus"), (machine.Phase, Words(actions)));

        (machine, actions) = machine.On(new LeaseInput.StatusTold(says));

        Assert.Equal((LeasePhase.Thawing, ThawCause.FreezeFailed, "ReplyLost", "SendThaw"), (machine.Phase, machine.Cause, machine.Reason, Words(actions)));
        Assert.StartsWith("no answer; the agent ", machine.Message);
    }

    [Fact]
    public void A_freeze_that_was_not_sent_or_not_taken_needs_no_thaw_and_one_that_failed_in_the_guest_does()
    {
        var freezing = Prepared.On(new LeaseInput.Freeze()).Next;

        Assert.All([FreezeEnd.NotSent, FreezeEnd.NotTaken], end => Assert.Equal([LeaseAction.Forget], freezing.On(new LeaseInput.FreezeEnded(end, 0, "AgentFrozen")).Actions));
        Assert.Equal([LeaseAction.SendThaw], freezing.On(new LeaseInput.FreezeEnded(FreezeEnd.Failed, 0, "GuestError")).Actions);
    }

    [Fact]
    public void A_thaw_that_is_asked_for_during_the_freeze_follows_it()
    {
        var freezing = Prepared.On(new LeaseInput.Freeze()).Next.On(new LeaseInput.Thaw(ThawCause.Requested)).Next;
        Assert.Equal(LeasePhase.Freezing, freezing.Phase);

        var (machine, actions) = freezing.On(new LeaseInput.FreezeEnded(FreezeEnd.Frozen, 1));

        Assert.Equal((LeasePhase.Thawing, ThawCause.Requested, "SendThaw"), (machine.Phase, machine.Cause, Words(actions)));
    }

    [Fact]
    public void A_lease_that_is_given_back_before_the_freeze_costs_no_byte()
    {
        var recording = After(new LeaseInput.Prepare(Lease()), new LeaseInput.Thaw(ThawCause.Requested));

        Assert.Equal([LeaseAction.Forget], recording.On(new LeaseInput.Recorded(null)).Actions);
        Assert.Equal([LeaseAction.Forget], Prepared.On(new LeaseInput.Thaw(ThawCause.Requested)).Actions);
        Assert.Equal([LeaseAction.Forget], Prepared.On(new LeaseInput.Expired()).Actions);
    }

    [Fact]
    public void A_lease_that_cannot_be_written_ends_with_its_reason()
    {
        var (machine, actions) = After(new LeaseInput.Prepare(Lease())).On(new LeaseInput.Recorded("the disk is full"));

        Assert.Equal((LeasePhase.Thawed, "LeaseNotRecorded", "the disk is full", "Forget"), (machine.Phase, machine.Reason, machine.Message, Words(actions)));
    }

    [Fact]
    public void A_thaw_that_fails_raises_an_alarm_each_time_and_is_tried_again_each_time()
    {
        var machine = Frozen().On(new LeaseInput.Expired()).Next;
        for (var failures = 1; failures <= 50; failures++)
        {
            (machine, var actions) = machine.On(new LeaseInput.ThawEnded("refused"));
            Assert.Equal((LeasePhase.ThawFailed, failures, "Alarm, ArmRetry"), (machine.Phase, machine.Failures, Words(actions)));
            (machine, actions) = machine.On(new LeaseInput.RetryDue());
            Assert.Equal([LeaseAction.SendThaw], actions);
            Assert.Empty(machine.On(new LeaseInput.RetryDue()).Actions);
        }

        Assert.Equal((LeasePhase.Thawed, ThawCause.Expired), (machine.On(new LeaseInput.ThawEnded(null)).Next.Phase, machine.Cause));
    }

    [Fact]
    public void A_thaw_that_takes_too_long_raises_an_alarm_and_stays_on_its_way()
    {
        var (machine, actions) = Frozen().On(new LeaseInput.Thaw(ThawCause.Requested)).Next.On(new LeaseInput.ThawOverdue());

        Assert.Equal((LeasePhase.ThawFailed, true, "Alarm"), (machine.Phase, machine.IsThawUnderWay, Words(actions)));
        Assert.Empty(machine.On(new LeaseInput.RetryDue()).Actions);
        Assert.Equal(LeasePhase.Thawed, machine.On(new LeaseInput.ThawEnded(null)).Next.Phase);
    }

    [Fact]
    public void A_guest_that_is_not_frozen_any_more_ends_the_lease()
    {
        Assert.Equal([LeaseAction.Forget], Frozen().On(new LeaseInput.ThawedByOthers()).Actions);
        Assert.Equal([LeaseAction.SendThaw], Frozen().On(new LeaseInput.StatusTold(false)).Actions);
        Assert.Empty(Frozen().On(new LeaseInput.StatusTold(true)).Actions);
    }

    [Fact]
    public void Only_a_frozen_VMs_own_lease_is_extended()
    {
        var longer = Lease() with { Deadline = Start.AddHours(1) };

        Assert.Equal([LeaseAction.Record, LeaseAction.ArmDeadline], Frozen().On(new LeaseInput.Extend(longer)).Actions);
        Assert.Equal(longer, Frozen().On(new LeaseInput.Extend(longer)).Next.Lease);
        Assert.Empty(Frozen().On(new LeaseInput.Extend(longer with { Id = "other" })).Actions);
        Assert.Empty(Prepared.On(new LeaseInput.Extend(longer)).Actions);
        Assert.Empty(Frozen().On(new LeaseInput.Expired()).Next.On(new LeaseInput.Extend(longer)).Actions);
    }

    [Fact]
    public void A_lease_of_before_is_thawed_at_once()
    {
        var (machine, actions) = LeaseMachine.Resume(Lease());

        Assert.Equal((LeasePhase.Thawing, ThawCause.Restarted, "SendThaw"), (machine.Phase, machine.Cause, Words(actions)));
    }

    [Fact]
    public void A_machine_at_rest_takes_the_next_lease()
    {
        var ended = Frozen().On(new LeaseInput.Expired()).Next.On(new LeaseInput.ThawEnded(null)).Next;

        var next = ended.On(new LeaseInput.Prepare(Lease("lease2"))).Next;

        Assert.Equal((LeasePhase.Recording, "lease2", null, false), (next.Phase, next.Lease!.Id, next.Cause, next.WasFrozen));
    }

    private static string Words(LeaseAction[] actions) => string.Join(", ", actions);
}
