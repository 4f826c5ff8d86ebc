using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>
/// A migration from its first question to its outcome, as a value: each input makes the next one, and says what is to be done. Whatever fails before the
/// guest runs at the destination gives it back to the source, with everything set as it was.
/// </summary>
internal sealed partial record MigrationMachine(MigrationSpec Spec)
{
    /// <summary>For the destination to appear, or to be started.</summary>
    public static readonly TimeSpan PreparePatience = TimeSpan.FromSeconds(60);

    /// <summary>For both QEMUs' answers, and for each setting.</summary>
    public static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(15);

    /// <summary>From the moment the guest may be stopped until it is; the agent gets commands again after that.</summary>
    public static readonly TimeSpan ConvergePatience = TimeSpan.FromSeconds(5);

    /// <summary>For answers that are on their way from a guest that stands still already; every millisecond is downtime.</summary>
    public static readonly TimeSpan StillPatience = TimeSpan.FromMilliseconds(50);

    /// <summary>For the VM to say so.</summary>
    public static readonly TimeSpan HeldPatience = TimeSpan.FromSeconds(2);

    /// <summary>For a stopped guest to be sent, and for QEMU to give up.</summary>
    public static readonly TimeSpan SwitchoverPatience = TimeSpan.FromSeconds(60);

    /// <summary>For the destination to say that the guest runs, once the source is done.</summary>
    public static readonly TimeSpan ArrivePatience = TimeSpan.FromSeconds(30);

    private static readonly EncodedCommand MigrateCancel = EncodedCommand.ForQmp("migrate_cancel");
    private static readonly EncodedCommand StartPostCopy = EncodedCommand.ForQmp("migrate-start-postcopy");
    private static readonly EncodedCommand Quit = EncodedCommand.ForQmp("quit");
    private static readonly EncodedCommand CloseGate = DriveRules.Command("migrate-set-parameters", ("downtime-limit", DriveRules.ClosedGateMs));
    private static readonly EncodedCommand Continue = DriveRules.Command("migrate-continue", ("state", "pre-switchover"));

    private static readonly MigrationAction[] Nothing = [];

    /// <summary>Where it stands.</summary>
    public DrivePhase Phase { get; private init; }

    /// <summary>What it does; <see langword="null"/> before both QEMUs have told.</summary>
    public MigrationPlan? Plan { get; private init; }

    /// <summary>What the source said last.</summary>
    public MigrationStatus Status { get; private init; } = MigrationStatus.None;

    /// <summary>Whether the agent had nothing to do at the switchover; <see langword="null"/> before it.</summary>
    public bool? IsDrained { get; private init; }

    /// <summary>How it will end, once all is as it was.</summary>
    public Verdict? Ending { get; private init; }

    /// <summary>Whether the destination was started for it.</summary>
    public bool IsDestinationOurs { get; private init; }

    /// <summary>The guest stands still and the agent is not drained.</summary>
    private bool IsStill { get; init; }

    private bool IsFound { get; init; }

    private bool HasStarted { get; init; }

    private bool HasArrived { get; init; }

    private bool IsDestinationSpent { get; init; }

    private int Done { get; init; }

    private IReadOnlyList<(MigrationAsk What, DriveSide Side, EncodedCommand Command)> Left { get; init; } = [];

    /// <summary>Goes on.</summary>
    public (MigrationMachine Next, IReadOnlyList<MigrationAction> Actions) On(MigrationInput input) => (Phase, input) switch
    {
        (DrivePhase.Ended, _) => (this, Nothing),
        (_, MigrationInput.GiveUp give) => OnGiveUp(give.Verdict),
        (_, MigrationInput.Left left) => OnLeft(left.Side),
        (DrivePhase.Queued or DrivePhase.Thawing, MigrationInput.Begin) => (this with { Phase = DrivePhase.Preparing }, [new MigrationAction.Find(), new MigrationAction.Arm(PreparePatience)]),
        (_, MigrationInput.Rejected rejected) when Phase <= DrivePhase.Checking => Finish(OutcomeRules.Of(rejected.Rejection)),
        (DrivePhase.Preparing, MigrationInput.Found found) => (this with { Phase = DrivePhase.Checking, IsFound = true, IsDestinationOurs = found.IsOurs }, [new MigrationAction.Check(), new MigrationAction.Arm(AnswerPatience)]),
        (DrivePhase.Preparing, MigrationInput.Overdue) => Finish(Absent($"no QEMU with this VM's UUID came to wait for a migration on '{Spec.To}' within {PreparePatience.TotalSeconds:0} s")),
        (DrivePhase.Checking, MigrationInput.Planned planned) => (this with { Plan = planned.Plan }).Configure(),
        (DrivePhase.Checking, MigrationInput.Overdue) => Finish(new Verdict(FanOut.Phase.Undelivered, Reasons.QemuUnresponsive, Effect.None, "the two QEMUs have not told what they have in time: nothing was changed")),
        (DrivePhase.Configuring, MigrationInput.Answered answered) => OnConfigured(answered),
        (DrivePhase.Configuring, MigrationInput.Overdue) => Finish(Failed("a QEMU did not answer in time while it was set")),
        (DrivePhase.Restoring, MigrationInput.Answered answered) => OnRestored(answered),
        (DrivePhase.Restoring, MigrationInput.Overdue) => NextLeft(),
        (_, MigrationInput.Told told) => (this with { Status = Status.Then(told.Status) }).OnTold(),
        _ => OnUnderWay(input),
    };

    private (MigrationMachine, IReadOnlyList<MigrationAction>) Configure()
    {
        var next = this with { Phase = DrivePhase.Configuring, HasStarted = Done == Plan!.Steps.Count };
        return (next, Done < Plan!.Steps.Count
            ? [new MigrationAction.Ask(MigrationAsk.Step, Plan.Steps[Done].Side, Plan.Steps[Done].Command), new MigrationAction.Arm(AnswerPatience)]
            : [new MigrationAction.Ask(MigrationAsk.Start, DriveSide.Source, Plan.Start), new MigrationAction.Arm(AnswerPatience)]);
    }

    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnConfigured(MigrationInput.Answered answered)
    {
        if (answered.Result is not CommandResult.Returned)
            return OnNotConfigured(answered);
        if (answered.Ask == MigrationAsk.Step)
            return (this with { Done = Done + 1 }).Configure();
        return answered.Ask == MigrationAsk.Start
            ? (this with { Phase = DrivePhase.Copying }, [new MigrationAction.Poll()])
            : (this, Nothing);
    }

    /// <summary>An error is proof that it was not done; silence is none: it is undone all the same.</summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnNotConfigured(MigrationInput.Answered answered)
    {
        var isRefused = answered.Result is CommandResult.Refused;
        var (what, side) = answered.Ask == MigrationAsk.Step ? (Plan!.Steps[Done].Command, Plan.Steps[Done].Side) : (Plan!.Start, DriveSide.Source);
        var verdict = isRefused
            ? new Verdict(FanOut.Phase.Refused, Reasons.QmpError, Effect.None, $"the {side.ToString().ToLowerInvariant()} does not take {what.Name}: {DriveRules.Words(answered.Result)}")
            : Failed($"{what.Name} at the {side.ToString().ToLowerInvariant()}: {DriveRules.Words(answered.Result)}");
        var unsure = this with { Done = isRefused || answered.Ask != MigrationAsk.Step ? Done : Done + 1, HasStarted = !isRefused && answered.Ask == MigrationAsk.Start };
        return unsure.HasStarted ? unsure.Cancel(verdict) : unsure.Finish(verdict);
    }

    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnGiveUp(Verdict verdict) => Phase switch
    {
        DrivePhase.Cancelling or DrivePhase.Restoring or DrivePhase.Arriving => (this, Nothing),
        // The guest is at the destination, and its memory on both sides: QEMU itself cannot go back.
        DrivePhase.PostCopy => verdict.Phase == FanOut.Phase.Cancelled ? (this, Nothing) : Finish(new Verdict(FanOut.Phase.Unknown, verdict.Reason, Effect.Applied, "the guest runs at the destination, and had not fetched all of its memory in time: both QEMUs must stay until it has")),
        _ => HasStarted ? Cancel(verdict) : Finish(verdict),
    };

    private (MigrationMachine, IReadOnlyList<MigrationAction>) Cancel(Verdict verdict) =>
        (this with { Phase = DrivePhase.Cancelling, Ending = verdict }, [new MigrationAction.Ask(MigrationAsk.Cancel, DriveSide.Source, MigrateCancel), new MigrationAction.Poll(), new MigrationAction.Arm(SwitchoverPatience)]);

    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnLeft(DriveSide side) => (side, Phase) switch
    {
        // The source tells by itself that nobody is there any more, and goes on.
        (DriveSide.Destination, >= DrivePhase.Copying and not DrivePhase.Arriving) => (this with { IsDestinationSpent = true }, Nothing),
        (DriveSide.Destination, DrivePhase.Arriving) => Lost("the destination's QEMU ended before it said that the guest runs"),
        (DriveSide.Destination, _) => Finish(Absent("the destination's QEMU ended before the migration began")),
        (_, DrivePhase.Arriving or DrivePhase.Restoring) => (this, Nothing),
        _ => HasStarted ? Lost("the source's QEMU ended during the migration") : Finish(new Verdict(FanOut.Phase.Undelivered, Reasons.VmNotFound, Effect.None, "the VM left before its migration began")),
    };

    /// <summary>Nothing can be set as it was, and nobody knows where the guest is.</summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) Lost(string message) => Ended(new Verdict(FanOut.Phase.Unknown, Reasons.VmLost, Effect.Unknown, message));

    private (MigrationMachine, IReadOnlyList<MigrationAction>) Ended(Verdict verdict) =>
        (this with { Phase = DrivePhase.Ended, Ending = verdict }, [new MigrationAction.Release(), new MigrationAction.End(verdict)]);

    private static Verdict Absent(string message) => new(FanOut.Phase.Undelivered, Reasons.NoDestination, Effect.None, message);

    private static Verdict Failed(string message) => new(FanOut.Phase.Failed, Reasons.MigrationFailed, Effect.None, $"{message}. The guest goes on at the source");
}
