using System.Globalization;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>What became of a job as far as this client has seen it: the summary line for people and the exit code for scripts.</summary>
internal sealed class JobTally
{
    private readonly Dictionary<string, int> _phases = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _undelivered = new(StringComparer.Ordinal);
    private int _highestExitCode;
    private int _withoutExitCode = ExitCodes.Ok;

    public int Total { get; private set; }

    public void Add(OutcomeView outcome)
    {
        Total++;
        _phases[outcome.Phase] = Count(outcome.Phase) + 1;
        if (outcome.Phase == Phases.Undelivered)
            _undelivered[outcome.Reason ?? "?"] = _undelivered.GetValueOrDefault(outcome.Reason ?? "?") + 1;
        if (outcome.ExitCode is { } code)
            _highestExitCode = Math.Max(_highestExitCode, code);
        else
            _withoutExitCode = Math.Max(_withoutExitCode, ExitCodeOf(phase => phase == outcome.Phase ? 1 : 0));
    }

    public int Count(string phase) => _phases.GetValueOrDefault(phase);

    /// <summary>The exit code of the outcomes seen: Unknown dominates, then cancellation, failure, non-delivery.</summary>
    /// <param name="job">The job as it ended.</param>
    public int ExitCode(JobView job)
    {
        var code = ExitCodeOf(Count);
        return code != ExitCodes.Unknown && job.Phase == Phases.Cancelled ? ExitCodes.Cancelled : code;
    }

    /// <summary>The highest exit code of any program (<c>-S</c>), at most 255; a target without one counts with its own.</summary>
    public int HighestExitCode => Math.Clamp(Math.Max(_highestExitCode, _withoutExitCode), 0, 255);

    private static int ExitCodeOf(Func<string, int> count) =>
        count(Phases.Unknown) > 0 ? ExitCodes.Unknown
        : count(Phases.Cancelled) > 0 ? ExitCodes.Cancelled
        : count(Phases.Failed) + count(Phases.Refused) + count(Phases.TimedOut) > 0 ? ExitCodes.Failed
        : count(Phases.Undelivered) > 0 ? ExitCodes.Undelivered
        : ExitCodes.Ok;

    /// <summary>Such as <c>job 01J… Partial: 980 ok, 12 failed, 5 undelivered (3 AgentAbsent, 2 VmPaused), 3 UNKNOWN of 1000 in 412 ms</c>.</summary>
    public string Line(JobView job)
    {
        var parts = Phases.All.Where(phase => Count(phase) > 0).Select(phase => $"{Count(phase)} {Word(phase)}").ToList();
        if (parts.Count == 0)
            parts.Add("no outcome yet");
        return string.Create(CultureInfo.InvariantCulture,
            $"job {job.Id} {job.Phase}: {string.Join(", ", parts)} of {Math.Max(job.Targets, Total)} in {Durations.Format(job.ElapsedMs)}");
    }

    private string Word(string phase) => phase switch
    {
        Phases.Succeeded => "ok",
        Phases.TimedOut => "timed out",
        Phases.Unknown => "UNKNOWN",
        Phases.Undelivered => $"undelivered ({string.Join(", ", _undelivered.OrderByDescending(reason => reason.Value).Select(reason => $"{reason.Value} {reason.Key}"))})",
        _ => phase.ToLowerInvariant(),
    };
}
