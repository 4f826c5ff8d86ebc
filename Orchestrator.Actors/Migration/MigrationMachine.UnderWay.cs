using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>From the first page to the guest's arrival.</summary>
internal sealed partial record MigrationMachine
{
    private bool IsUnderWay => Phase is >= DrivePhase.Copying and <= DrivePhase.PostCopy;

    /// <summary>The source's word goes before everything: it has the guest.</summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnTold()
    {
        if (Phase == DrivePhase.Arriving)
            return TryArrive();
        if (!IsUnderWay && Phase != DrivePhase.Cancelling)
            return (this, Nothing);
        return Status.Status switch
        {
            "completed" => (this with { Phase = DrivePhase.Arriving, Ending = null, IsDestinationSpent = true }, [new MigrationAction.Release(), new MigrationAction.PollDestination(), new MigrationAction.Poll(), new MigrationAction.Arm(ArrivePatience)]),
            "cancelled" => Finish(Ending ?? Failed("somebody cancelled it (migrate_cancel)")),
            "failed" => Finish(Ending ?? Failed(Status.Error ?? "QEMU gave it up: the destination is gone, or did not take what it got (its own log tells)")),
            "postcopy-active" or "postcopy-recover" when Phase != DrivePhase.PostCopy => (this with { Phase = DrivePhase.PostCopy, Ending = null, IsDestinationSpent = true }, [new MigrationAction.Release(), new MigrationAction.Poll()]),
            "pre-switchover" when Phase is DrivePhase.Converging && IsDrained == true => Switch(IsDrained),
            // QEMU was quicker than the agent: what is under way can end no more, and what was awaited costs downtime.
            "pre-switchover" when Phase is DrivePhase.Copying or DrivePhase.Converging || (Phase == DrivePhase.Draining && !IsStill) => StandStill(),
            "active" when Phase == DrivePhase.Copying && IsSwitchoverDue => (this with { Phase = DrivePhase.Draining }, [new MigrationAction.Hold(Spec.Drain), new MigrationAction.Arm(Spec.Drain + StillPatience), new MigrationAction.Poll()]),
            _ => (this, [new MigrationAction.Poll()]),
        };
    }

    /// <summary>One pass is enough where the guest takes the rest along afterwards.</summary>
    private bool IsSwitchoverDue => Spec.PostCopy ? Status.Passes >= 2 : DriveRules.IsConverging(Status, Plan!.Downtime);

    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnUnderWay(MigrationInput input) => (Phase, input) switch
    {
        (DrivePhase.Draining, MigrationInput.Held held) when IsStill => OnHeldStill(held),
        (DrivePhase.Draining, MigrationInput.Held { MayBeCut: true }) when !Spec.AllowCut => (this with { Phase = DrivePhase.Copying }, [new MigrationAction.Release(), new MigrationAction.Poll()]),
        (DrivePhase.Draining, MigrationInput.Held held) => (this with { IsDrained = held.IsDrained }).Open(),
        (DrivePhase.Draining, MigrationInput.Overdue) => (this with { IsDrained = false }).Open(),
        (DrivePhase.Converging, MigrationInput.Overdue) when !Spec.PostCopy =>
            (this with { Phase = DrivePhase.Copying, IsDrained = null }, [new MigrationAction.Ask(MigrationAsk.Gate, DriveSide.Source, CloseGate), new MigrationAction.Release()]),
        (DrivePhase.Converging or DrivePhase.Switchover, MigrationInput.Overdue) => Cancel(Failed("the switchover was not done in time")),
        (DrivePhase.Converging, MigrationInput.Answered { Result: not CommandResult.Returned } answered) => Cancel(Failed($"the source does not take {(answered.Ask == MigrationAsk.PostCopy ? "migrate-start-postcopy" : "migrate-set-parameters")}: {DriveRules.Words(answered.Result)}")),
        (DrivePhase.Cancelling, MigrationInput.Overdue) => Ended(new Verdict(FanOut.Phase.Unknown, Reasons.QemuUnresponsive, Effect.None, $"the source was told to give it up and has not said that it did ({Status.Status}): look at 'query-migrate' there. {Ending?.Message}")),
        (DrivePhase.Arriving, MigrationInput.Arrived { RunState: { } state }) when state != "inmigrate" => (this with { HasArrived = true }).TryArrive(),
        (DrivePhase.Arriving, MigrationInput.Arrived) => (this, [new MigrationAction.PollDestination()]),
        (DrivePhase.Arriving, MigrationInput.Overdue) => HasArrived ? Succeed() : Lost("the source is done, and the destination has not said that the guest runs: look at 'query-status' there before the source's QEMU is ended"),
        _ => (this, Nothing),
    };

    /// <summary>Drained: QEMU may stop the guest now; if it has already, it goes on at once.</summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) Open()
    {
        if (Status.Status == "pre-switchover")
            return Switch(IsDrained);
        var open = Spec.PostCopy
            ? new MigrationAction.Ask(MigrationAsk.PostCopy, DriveSide.Source, StartPostCopy)
            : new MigrationAction.Ask(MigrationAsk.Gate, DriveSide.Source, Plan!.OpenGate);
        return (this with { Phase = DrivePhase.Converging }, [open, new MigrationAction.Arm(Spec.PostCopy ? SwitchoverPatience : ConvergePatience), new MigrationAction.Poll()]);
    }

    /// <summary>
    /// The guest stands still, and its agent is not drained. A command that QEMU has read lies in the guest's memory and is run at the destination, which passes
    /// its answer on; one that it has not read is sent there. Only an answer that has begun is cut.
    /// </summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) StandStill() =>
        (this with { Phase = DrivePhase.Draining, IsStill = true }, [new MigrationAction.Hold(StillPatience), new MigrationAction.Arm(HeldPatience), new MigrationAction.Poll()]);

    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnHeldStill(MigrationInput.Held held) => held switch
    {
        { IsDrained: true } => Switch(true),
        { MayBeCut: true } when !Spec.AllowCut =>
            Cancel(Failed("the guest stopped while its agent was answering a command that cannot be asked again, and its outcome would have been lost: migrate it again, or allow that (--allow-cut)")),
        _ => Switch(false),
    };

    private (MigrationMachine, IReadOnlyList<MigrationAction>) Switch(bool? isDrained) =>
        (this with { Phase = DrivePhase.Switchover, IsDrained = isDrained }, [new MigrationAction.Ask(MigrationAsk.Continue, DriveSide.Source, Continue), new MigrationAction.Arm(SwitchoverPatience), new MigrationAction.Poll()]);

    /// <summary>The guest is there, and QEMU has told how long it stood still, which it does a little later.</summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) TryArrive()
    {
        if (HasArrived && Status.Downtime is not null)
            return Succeed();
        return (this, Status.Downtime is null ? [new MigrationAction.Poll()] : Nothing);
    }

    private (MigrationMachine, IReadOnlyList<MigrationAction>) Succeed() => Finish(new Verdict(FanOut.Phase.Succeeded, null, Effect.Applied) { Message = IsDrained == false ? "a command of the agent was under way at the switchover" : null });
}
