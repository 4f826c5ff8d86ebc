using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.FanOut;

/// <summary>What is done with a target after the node was stopped.</summary>
internal enum RecoveryStep : byte
{
    /// <summary>It was never sent, or may be sent again: it goes on under the job's pace.</summary>
    Begin,

    /// <summary>It may have been sent: its VM is asked for evidence, and decides by what the command is.</summary>
    Reconcile,

    /// <summary>It has its outcome.</summary>
    Done,
}

/// <summary>A job of before the node was stopped, target by target.</summary>
/// <param name="Steps">By place in the target list.</param>
/// <param name="Attempts">Attempts that were begun, likewise.</param>
/// <param name="Outcomes">The outcome of each that is <see cref="RecoveryStep.Done"/>.</param>
internal sealed record Recovery(RecoveryStep[] Steps, byte[] Attempts, IReadOnlyList<(int Ordinal, Outcome Outcome)> Outcomes)
{
    /// <summary>Decides from what is on disk: an intent without an outcome may have become bytes, anything else did not.</summary>
    /// <param name="job">As it was stored.</param>
    /// <param name="commandClass">Of its command: what only reads is simply asked again.</param>
    /// <param name="attempts">Most attempts per target.</param>
    public static Recovery Of(StoredJob job, CommandClass commandClass, int attempts)
    {
        var last = new Outcome?[job.Targets.Count];
        foreach (var (ordinal, outcome) in job.Outcomes)
            last[ordinal] = outcome;
        var (steps, begun) = (new RecoveryStep[last.Length], new byte[last.Length]);
        for (var ordinal = 0; ordinal < last.Length; ordinal++)
        {
            var dispatched = job.Dispatched.GetValueOrDefault(ordinal);
            (steps[ordinal], begun[ordinal]) = last[ordinal] switch
            {
                { } outcome when outcome.Attempt >= dispatched => (StepAfter(outcome, job.Header, commandClass, attempts), (byte)outcome.Attempt),
                _ when dispatched == 0 => (RecoveryStep.Begin, (byte)0),
                _ when commandClass == CommandClass.ReadOnly => (RecoveryStep.Begin, (byte)(dispatched - 1)),
                _ => (RecoveryStep.Reconcile, (byte)dispatched),
            };
        }
        return new Recovery(steps, begun, [.. job.Outcomes.Where(item => steps[item.Ordinal] == RecoveryStep.Done && ReferenceEquals(last[item.Ordinal], item.Outcome))]);
    }

    private static RecoveryStep StepAfter(Outcome outcome, JobSnapshot job, CommandClass commandClass, int attempts) =>
        !job.CancelRequested && RetryRules.TriesAgain(commandClass, outcome, attempts) ? RecoveryStep.Begin : RecoveryStep.Done;
}
