using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Migration;

/// <summary>After the end: everything as it was, and only then the outcome.</summary>
internal sealed partial record MigrationMachine
{
    /// <summary>Sets back what was set on the QEMUs that are still there, the last first; then ends what is not needed any more.</summary>
    private (MigrationMachine, IReadOnlyList<MigrationAction>) Finish(Verdict verdict)
    {
        var hasMoved = verdict.Phase is FanOut.Phase.Succeeded or FanOut.Phase.Unknown;
        var undone = (Plan?.Steps ?? []).Take(Done).Reverse()
            .Where(step => step.Undo is not null && (step.Side == DriveSide.Source ? !hasMoved || Spec.KeepSource : hasMoved || !HasStarted))
            .Select(step => (MigrationAsk.Undo, step.Side, step.Undo!))
            .ToList();
        if (verdict.Phase == FanOut.Phase.Succeeded && HasStarted && !Spec.KeepSource)
            undone.Add((MigrationAsk.Quit, DriveSide.Source, Quit));
        else if (!hasMoved && IsFound && IsDestinationOurs && !IsDestinationSpent)
            undone.Add((MigrationAsk.Quit, DriveSide.Destination, Quit));
        return (this with { Phase = DrivePhase.Restoring, Ending = verdict, Left = undone }).NextLeft();
    }

    private (MigrationMachine, IReadOnlyList<MigrationAction>) OnRestored(MigrationInput.Answered answered)
    {
        if (answered.Ask is not (MigrationAsk.Undo or MigrationAsk.Quit))
            return (this, Nothing);
        // A destination that did not get its guest has ended by itself, and a QEMU that quits may do so before it answers.
        var isTrouble = answered is { Ask: MigrationAsk.Undo, Result: CommandResult.Refused };
        return (isTrouble ? this with { Ending = Noted(Ending!, $"a setting could not be set back: {DriveRules.Words(answered.Result)}") } : this).NextLeft();
    }

    private (MigrationMachine, IReadOnlyList<MigrationAction>) NextLeft()
    {
        if (Left.Count == 0)
            return Ended(Ending!);
        var (what, side, command) = Left[0];
        return (this with { Left = [.. Left.Skip(1)] }, [new MigrationAction.Ask(what, side, command), new MigrationAction.Arm(AnswerPatience)]);
    }

    private static Verdict Noted(Verdict verdict, string note) => verdict with { Message = verdict.Message is { } message ? $"{message}; {note}" : note };
}
