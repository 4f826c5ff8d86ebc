namespace Orchestrator.Actors.FanOut;

/// <summary>Why a job began no more of its targets.</summary>
internal enum JobStop
{
    /// <summary>It did not stop.</summary>
    None,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,

    /// <summary>More errors, or more undelivered, than it bears.</summary>
    Halted,

    /// <summary>Its own deadline passed.</summary>
    Expired,
}

/// <summary>Where a job stands, and whether it goes on: pure functions of its counts.</summary>
internal static class JobPhases
{
    /// <param name="counts">Outcomes by phase.</param>
    /// <param name="targets">Number of targets.</param>
    /// <param name="alreadyDone">How many were skipped because they were as they should be.</param>
    /// <param name="stop">Why it stopped, if it did.</param>
    /// <param name="isPaused">Whether it is paused.</param>
    public static JobPhase Of(IReadOnlyDictionary<Phase, int> counts, int targets, int alreadyDone, JobStop stop, bool isPaused)
    {
        if (counts.Values.Sum() < targets)
            return isPaused && stop == JobStop.None ? JobPhase.Paused : JobPhase.Running;
        if (counts.GetValueOrDefault(Phase.Succeeded) + alreadyDone == targets)
            return JobPhase.Succeeded;
        return stop switch
        {
            JobStop.Halted => JobPhase.Failed,
            JobStop.Expired => JobPhase.Expired,
            JobStop.Cancelled when counts.ContainsKey(Phase.Cancelled) => JobPhase.Cancelled,
            _ => JobPhase.Partial,
        };
    }

    /// <summary>Whether more has gone wrong than the pace bears. While canaries run that say nothing else, they bear no error.</summary>
    /// <param name="pace">What is borne.</param>
    /// <param name="targets">Number of targets.</param>
    /// <param name="errors">Outcomes that are Failed, TimedOut or Unknown.</param>
    /// <param name="undelivered">Outcomes that are Undelivered.</param>
    /// <param name="isCanary">Whether only canary waves have begun.</param>
    public static bool IsOverBudget(JobPace pace, int targets, int errors, int undelivered, bool isCanary)
    {
        var borne = pace.MaxErrors?.Of(targets) ?? (isCanary ? 0 : int.MaxValue);
        return errors > borne || undelivered > (pace.MaxUndelivered?.Of(targets) ?? int.MaxValue);
    }

    /// <summary>Whether an outcome counts as an error.</summary>
    public static bool IsError(Phase phase) => phase is Phase.Failed or Phase.TimedOut or Phase.Unknown;
}
