using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.Migration.MigrationSamples;

namespace Orchestrator.Actors.Tests.Migration;

public sealed class MigrationMachineTests
{
    private readonly List<MigrationAction> _actions = [];
    private MigrationMachine _machine = new(Spec);

    [Fact]
    public void Whole_way_in_order()
    {
        Copying();
        Take(new MigrationInput.Told(Status("active", 1000, 2)));
        Assert.Equal((DrivePhase.Draining, Spec.Drain), (_machine.Phase, Single<MigrationAction.Hold>().Drain));

        Take(new MigrationInput.Held(true));
        Assert.Contains("\"downtime-limit\":300", Asked(MigrationAsk.Gate));

        Take(new MigrationInput.Told(Status("pre-switchover")));
        Assert.Equal(DrivePhase.Switchover, _machine.Phase);
        Assert.Contains("migrate-continue", Asked(MigrationAsk.Continue));

        Take(new MigrationInput.Told(Status("device")));
        Take(new MigrationInput.Told(Status("completed")));
        Assert.Equal(DrivePhase.Arriving, _machine.Phase);
        Take(new MigrationInput.Arrived("inmigrate"));
        Single<MigrationAction.PollDestination>();
        Take(new MigrationInput.Arrived("running"));
        Take(new MigrationInput.Told(Completed));

        Restores("migrate-set-capabilities");
        Assert.Contains("quit", Asked(MigrationAsk.Quit));
        Take(new MigrationInput.Answered(MigrationAsk.Quit, Silence));
        Ends(Phase.Succeeded, null, Effect.Applied);
        Assert.Equal((true, TimeSpan.FromMilliseconds(12)), (_machine.IsDrained, _machine.Status.Downtime));
    }

    [Theory]
    [InlineData(DrivePhase.Copying)]
    [InlineData(DrivePhase.Draining)]
    public void Guest_that_stopped_before_its_agent_was_drained_waits_a_moment_only(DrivePhase phase)
    {
        Reach(phase);
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Assert.Equal((MigrationMachine.StillPatience, MigrationMachine.HeldPatience), (Single<MigrationAction.Hold>().Drain, Single<MigrationAction.Arm>().After));
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Single<MigrationAction.Poll>();

        Take(new MigrationInput.Held(false));

        Assert.Equal((DrivePhase.Switchover, false), (_machine.Phase, _machine.IsDrained));
        Asked(MigrationAsk.Continue);
    }

    [Fact]
    public void Guest_that_stopped_and_has_answered_everything_goes_on_at_once()
    {
        Copying();
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Take(new MigrationInput.Held(true));
        Assert.Equal((DrivePhase.Switchover, true), (_machine.Phase, _machine.IsDrained));
    }

    [Fact]
    public void Agent_of_which_nothing_is_told_does_not_keep_the_guest_standing()
    {
        Copying();
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Take(MigrationInput.Overdue.Instance);
        Assert.Equal((DrivePhase.Switchover, false), (_machine.Phase, _machine.IsDrained));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Answer_that_a_switchover_would_cut_and_nobody_could_ask_for_again_gives_the_guest_back_unless_that_is_allowed(bool isAllowed)
    {
        _machine = new MigrationMachine(Spec with { AllowCut = isAllowed });
        Copying();
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Take(new MigrationInput.Held(false, MayBeCut: true));

        Assert.Equal(isAllowed ? DrivePhase.Switchover : DrivePhase.Cancelling, _machine.Phase);
        if (isAllowed)
            return;
        Assert.Contains("migrate_cancel", Asked(MigrationAsk.Cancel));
        Take(new MigrationInput.Told(new MigrationStatus("cancelled")));
        AnswerAll();
        Ends(Phase.Failed, Reasons.MigrationFailed, Effect.None);
        Assert.Contains("--allow-cut", _machine.Ending!.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Guest_that_is_in_the_middle_of_such_an_answer_is_not_stopped_and_tried_again(bool isAllowed)
    {
        _machine = new MigrationMachine(Spec with { AllowCut = isAllowed });
        Draining();

        Take(new MigrationInput.Held(false, MayBeCut: true));

        Assert.Equal(isAllowed ? DrivePhase.Converging : DrivePhase.Copying, _machine.Phase);
        if (isAllowed)
            return;
        Single<MigrationAction.Release>();
        Take(new MigrationInput.Told(Status("active", 10, 9)));
        Assert.Equal((DrivePhase.Draining, Spec.Drain), (_machine.Phase, Single<MigrationAction.Hold>().Drain));
    }

    [Fact]
    public void Agent_that_is_not_drained_in_time_does_not_keep_the_guest_from_moving()
    {
        Draining();
        Take(new MigrationInput.Held(false));
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Take(new MigrationInput.Held(false));
        Take(new MigrationInput.Told(Status("completed")));
        Single<MigrationAction.Release>();
        Take(new MigrationInput.Arrived("running"));
        Take(new MigrationInput.Told(Completed));
        Restores("migrate-set-capabilities");
        Take(new MigrationInput.Answered(MigrationAsk.Quit, Json("{}")));
        Ends(Phase.Succeeded, null, Effect.Applied);
        Assert.Contains("under way", _machine.Ending!.Message);
    }

    [Fact]
    public void Guest_that_changes_too_fast_after_all_gets_its_agent_back_and_is_tried_again()
    {
        Draining();
        Take(new MigrationInput.Held(true));
        Take(MigrationInput.Overdue.Instance);

        Assert.Equal(DrivePhase.Copying, _machine.Phase);
        Assert.Contains("\"downtime-limit\":1", Asked(MigrationAsk.Gate));
        Single<MigrationAction.Release>();

        Take(new MigrationInput.Told(Status("active", 10, 9)));
        Assert.Equal(DrivePhase.Draining, _machine.Phase);
    }

    [Fact]
    public void Post_copy_begins_after_one_pass_and_cannot_be_cancelled()
    {
        _machine = new MigrationMachine(Spec with { PostCopy = true });
        Copying();
        Take(new MigrationInput.Told(Status("active", 900_000, 1)));
        Assert.Equal(DrivePhase.Copying, _machine.Phase);
        Take(new MigrationInput.Told(Status("active", 900_000, 2)));
        Take(new MigrationInput.Held(true));
        Assert.Contains("migrate-start-postcopy", Asked(MigrationAsk.PostCopy));
        Take(new MigrationInput.Told(Status("pre-switchover")));
        Take(new MigrationInput.Told(Status("postcopy-active")));
        Assert.Equal(DrivePhase.PostCopy, _machine.Phase);
        Single<MigrationAction.Release>();

        Take(new MigrationInput.GiveUp(Cancelled));
        Assert.Equal(DrivePhase.PostCopy, _machine.Phase);
        Take(new MigrationInput.GiveUp(new Verdict(Phase.Failed, Reasons.MigrationNotConverged, Effect.None)));
        AnswerAll();
        Ends(Phase.Unknown, Reasons.MigrationNotConverged, Effect.Applied);
    }

    [Theory]
    [InlineData(DrivePhase.Preparing)]
    [InlineData(DrivePhase.Checking)]
    [InlineData(DrivePhase.Configuring)]
    [InlineData(DrivePhase.Copying)]
    [InlineData(DrivePhase.Draining)]
    [InlineData(DrivePhase.Converging)]
    [InlineData(DrivePhase.Switchover)]
    public void Cancelled_at_any_stage_before_the_guest_has_moved_it_stays_and_all_is_set_back(DrivePhase phase)
    {
        Reach(phase);

        Take(new MigrationInput.GiveUp(Cancelled));

        if (phase >= DrivePhase.Copying)
        {
            Assert.Contains("migrate_cancel", Asked(MigrationAsk.Cancel));
            Take(new MigrationInput.GiveUp(new Verdict(Phase.Failed, Reasons.NodeStopped, Effect.None)));
            Take(new MigrationInput.Told(Status("cancelling")));
            Take(new MigrationInput.Told(new MigrationStatus("cancelled")));
        }
        var undone = AnswerAll();
        Ends(Phase.Cancelled, null, Effect.None);
        Assert.Equal(phase switch { DrivePhase.Preparing or DrivePhase.Checking => 0, DrivePhase.Configuring => 1, _ => 2 }, undone.Count);
        if (undone.Count == 2)
            Assert.Equal(["""{"downtime-limit":300}""", """{"capabilities":[{"capability":"events","state":false},{"capability":"pause-before-switchover","state":false},{"capability":"return-path","state":false}]}"""], undone);
    }

    [Theory]
    [InlineData(DrivePhase.Copying)]
    [InlineData(DrivePhase.Draining)]
    [InlineData(DrivePhase.Converging)]
    [InlineData(DrivePhase.Switchover)]
    public void QEMU_that_gives_up_at_any_stage_keeps_the_guest(DrivePhase phase)
    {
        Reach(phase);

        Take(new MigrationInput.Told(MigrationStatus.Read(Json("""{"status":"failed","error-desc":"Unable to write"}"""))!));

        Assert.Equal(2, AnswerAll().Count);
        Ends(Phase.Failed, Reasons.MigrationFailed, Effect.None);
        Assert.Contains("Unable to write", _machine.Ending!.Message);
        Assert.Equal(1_000_000, _machine.Status.Total);
    }

    [Fact]
    public void Cancel_that_comes_too_late_ends_in_success()
    {
        Reach(DrivePhase.Switchover);
        Take(new MigrationInput.GiveUp(Cancelled));

        Take(new MigrationInput.Told(Completed));
        Take(new MigrationInput.Arrived("running"));

        AnswerAll();
        Ends(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public void Setting_that_is_refused_undoes_those_before_it()
    {
        Reach(DrivePhase.Configuring);
        Take(new MigrationInput.Answered(MigrationAsk.Step, Json("{}")));

        Take(new MigrationInput.Answered(MigrationAsk.Step, Error("no")));

        Assert.Equal(2, AnswerAll().Count);
        Ends(Phase.Refused, Reasons.QmpError, Effect.None);
        Assert.Contains("the destination does not take migrate-set-capabilities: no", _machine.Ending!.Message);
    }

    [Fact]
    public void Setting_that_was_not_answered_is_undone_too()
    {
        Reach(DrivePhase.Configuring);
        Take(new MigrationInput.Answered(MigrationAsk.Step, Silence));
        Assert.Equal(2, AnswerAll().Count);
        Ends(Phase.Failed, Reasons.MigrationFailed, Effect.None);
    }

    [Fact]
    public void Setting_that_cannot_be_set_back_is_told()
    {
        Reach(DrivePhase.Copying);
        Take(new MigrationInput.Told(Status("failed")));
        Take(new MigrationInput.Answered(MigrationAsk.Undo, Error("busy")));
        AnswerAll();
        Ends(Phase.Failed, Reasons.MigrationFailed, Effect.None);
        Assert.Contains("could not be set back: busy", _machine.Ending!.Message);
    }

    [Fact]
    public void Start_that_was_asked_for_and_not_answered_is_cancelled()
    {
        Configured();
        Take(new MigrationInput.GiveUp(Cancelled));
        Asked(MigrationAsk.Cancel);
    }

    [Fact]
    public void Start_that_is_refused_undoes_everything()
    {
        Configured();
        Take(new MigrationInput.Answered(MigrationAsk.Start, Error("blocked")));
        Assert.Equal(3, AnswerAll().Count);
        Ends(Phase.Refused, Reasons.QmpError, Effect.None);
    }

    [Theory]
    [InlineData(DrivePhase.Preparing, Reasons.NoDestination)]
    [InlineData(DrivePhase.Checking, Reasons.QemuUnresponsive)]
    public void What_does_not_come_in_time_changes_nothing(DrivePhase phase, string reason)
    {
        Reach(phase);
        Take(MigrationInput.Overdue.Instance);
        Ends(Phase.Undelivered, reason, Effect.None);
    }

    [Fact]
    public void Destination_that_was_started_for_it_is_ended_with_it()
    {
        Take(new MigrationInput.Begin());
        Take(new MigrationInput.Found(IsOurs: true));
        Take(new MigrationInput.Rejected(new Rejection(Phase.Refused, Reasons.Unsupported, "lacks it")));
        Assert.Equal(DriveSide.Destination, Single<MigrationAction.Ask>().Side);
        Take(new MigrationInput.Answered(MigrationAsk.Quit, Json("{}")));
        Ends(Phase.Refused, Reasons.Unsupported, Effect.None);
    }

    [Fact]
    public void Destination_that_ends_before_it_says_that_the_guest_runs_is_unknown()
    {
        Reach(DrivePhase.Switchover);
        Take(new MigrationInput.Told(Status("completed")));
        Take(new MigrationInput.Left(DriveSide.Destination));
        Ends(Phase.Unknown, Reasons.VmLost, Effect.Unknown);
    }

    [Fact]
    public void Source_that_ends_in_the_middle_is_unknown_and_before_it_nothing()
    {
        Reach(DrivePhase.Copying);
        Take(new MigrationInput.Left(DriveSide.Source));
        Ends(Phase.Unknown, Reasons.VmLost, Effect.Unknown);

        _machine = new MigrationMachine(Spec);
        Reach(DrivePhase.Checking);
        Take(new MigrationInput.Left(DriveSide.Source));
        Ends(Phase.Undelivered, Reasons.VmNotFound, Effect.None);
    }

    [Fact]
    public void Cancellation_that_QEMU_does_not_confirm_is_unknown()
    {
        Reach(DrivePhase.Copying);
        Take(new MigrationInput.GiveUp(Cancelled));
        Take(MigrationInput.Overdue.Instance);
        Ends(Phase.Unknown, Reasons.QemuUnresponsive, Effect.None);
    }

    [Fact]
    public void Source_is_kept_where_that_is_asked_for_and_is_set_back()
    {
        _machine = new MigrationMachine(Spec with { KeepSource = true });
        Reach(DrivePhase.Switchover);
        Take(new MigrationInput.Told(Completed));
        Take(new MigrationInput.Arrived("running"));
        Assert.Equal(3, AnswerAll().Count);
        Assert.DoesNotContain(_actions, action => action is MigrationAction.Ask { What: MigrationAsk.Quit });
        Ends(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public void Nothing_follows_the_end()
    {
        Reach(DrivePhase.Checking);
        Take(MigrationInput.Overdue.Instance);
        foreach (var late in (MigrationInput[])[MigrationInput.Overdue.Instance, new MigrationInput.Told(Status("active")), new MigrationInput.Held(true), new MigrationInput.GiveUp(Cancelled), new MigrationInput.Left(DriveSide.Source)])
        {
            Take(late);
            Assert.Empty(_actions);
        }
    }

    private void Take(MigrationInput input)
    {
        (_machine, var actions) = _machine.On(input);
        _actions.Clear();
        _actions.AddRange(actions);
    }

    private void Reach(DrivePhase phase)
    {
        if (phase >= DrivePhase.Preparing)
            Take(new MigrationInput.Begin());
        if (phase >= DrivePhase.Checking)
            Take(new MigrationInput.Found(IsOurs: false));
        if (phase >= DrivePhase.Configuring)
        {
            Take(new MigrationInput.Planned(Plan(_machine.Spec)));
            Take(new MigrationInput.Answered(MigrationAsk.Step, Json("{}")));
        }
        if (phase >= DrivePhase.Copying)
        {
            Configure();
            Take(new MigrationInput.Answered(MigrationAsk.Start, Json("{}")));
            Take(new MigrationInput.Told(Status("active")));
        }
        if (phase >= DrivePhase.Draining)
            Take(new MigrationInput.Told(Status("active", 1000, 2)));
        if (phase >= DrivePhase.Converging)
            Take(new MigrationInput.Held(true));
        if (phase >= DrivePhase.Switchover)
            Take(new MigrationInput.Told(Status("pre-switchover")));
        Assert.Equal(phase, _machine.Phase);
    }

    private void Configure()
    {
        while (_actions.OfType<MigrationAction.Ask>().Any(ask => ask.What == MigrationAsk.Step))
            Take(new MigrationInput.Answered(MigrationAsk.Step, Json("{}")));
        Asked(MigrationAsk.Start);
    }

    private void Configured()
    {
        Reach(DrivePhase.Configuring);
        Configure();
    }

    private void Copying() => Reach(DrivePhase.Copying);

    private void Draining() => Reach(DrivePhase.Draining);

    private T Single<T>()
        where T : MigrationAction => Assert.Single(_actions.OfType<T>());

    private string Asked(MigrationAsk what)
    {
        var ask = Assert.Single(_actions.OfType<MigrationAction.Ask>(), ask => ask.What == what);
        return ask.Command.Question;
    }

    private void Restores(string command)
    {
        Assert.Contains(command, Asked(MigrationAsk.Undo));
        Take(new MigrationInput.Answered(MigrationAsk.Undo, Json("{}")));
    }

    /// <summary>Answers what is asked until it ends; returns the arguments of what was undone.</summary>
    private List<string> AnswerAll()
    {
        var undone = new List<string>();
        while (_machine.Phase == DrivePhase.Restoring)
        {
            var ask = Single<MigrationAction.Ask>();
            if (ask.What == MigrationAsk.Undo)
                undone.Add(System.Text.Encoding.UTF8.GetString(ask.Command.Arguments.Span));
            Take(new MigrationInput.Answered(ask.What, Json("{}")));
        }
        return undone;
    }

    private void Ends(Phase phase, string? reason, Effect effect)
    {
        Assert.Equal(DrivePhase.Ended, _machine.Phase);
        Assert.Equal((phase, reason, effect), (_machine.Ending!.Phase, _machine.Ending.Reason, _machine.Ending.Effect));
        Assert.Equal(_machine.Ending, Single<MigrationAction.End>().Verdict);
        Single<MigrationAction.Release>();
    }
}
