using System.Globalization;

namespace Orchestrator.Host.Cli.Jobs;

/// <summary>What became of a job as far as this client has seen it: the summary line for people and the exit code for scripts.</summary>
internal sealed class JobTally
{
    private readonly Dictionary<string, int> _phases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _undelivered = new(StringComparer.Ordinal);
    private readonly HashSet<int> _codes = [];
    private readonly HashSet<int> _codesWithoutProgram = [];
    private int _highestExitCode;

    public int Total { get; private set; }

    public void Add(OutcomeView outcome)
    {
        Total++;
        Increment(_phases, outcome.Phase);
        if (outcome.Phase == Phases.Undelivered)
            Increment(_undelivered, outcome.Reason ?? "?");

        var code = CodeOf(outcome.Phase);
        _codes.Add(code);
        if (outcome.ExitCode is { } exitCode)
            _highestExitCode = Math.Max(_highestExitCode, exitCode);
        else
            _codesWithoutProgram.Add(code);
    }

    public int Count(string phase) => _phases.GetValueOrDefault(phase);

    /// <summary>
    /// The exit code of the outcomes seen: Unknown dominates, then cancellation, a halt, failure, non-delivery. A target of an
    /// ended job that has no outcome counts as Unknown.
    /// </summary>
    public int ExitCode(JobView job) => Worst([.. _codes, .. OfJob(job)]);

    /// <summary>The same for outcomes that are no job's.</summary>
    public int ExitCode() => Worst(_codes);

    /// <summary>The highest exit code of any program (<c>-S</c>), at most 255; a target without one counts with its own.</summary>
    public int HighestExitCode(JobView job) => Math.Clamp(Math.Max(_highestExitCode, Worst([.. _codesWithoutProgram, .. OfJob(job)])), 0, 255);

    /// <summary>Such as <c>job 01J… Partial: 980 ok, 12 failed, 5 undelivered (3 AgentAbsent, 2 VmPaused), 3 UNKNOWN of 1000 in 412 ms</c>.</summary>
    public string Line(JobView job)
    {
        List<string> parts = [.. Phases.All.Concat(_phases.Keys.Except(Phases.All)).Where(phase => Count(phase) > 0).Select(phase => $"{Count(phase)} {Word(phase)}")];
        if (job.HasEnded && Total < job.Targets)
            parts.Add($"{job.Targets - Total} WITHOUT OUTCOME");
        return string.Create(CultureInfo.InvariantCulture,
            $"job {job.Id} {job.Phase}: {(parts.Count > 0 ? string.Join(", ", parts) : "no outcome yet")} of {Math.Max(job.Targets, Total)} in {Durations.Format(job.ElapsedMs)}");
    }

    // A phase that this client does not know yet is nothing to call a success.
    private static int CodeOf(string phase) => phase switch
    {
        Phases.Succeeded or Phases.Skipped => ExitCodes.Ok,
        Phases.Failed or Phases.Refused or Phases.TimedOut => ExitCodes.Failed,
        Phases.Undelivered => ExitCodes.Undelivered,
        Phases.Cancelled => ExitCodes.Cancelled,
        _ => ExitCodes.Unknown,
    };

    private static int Worst(HashSet<int> codes) =>
        ((int[])[ExitCodes.Unknown, ExitCodes.Cancelled, ExitCodes.Halted, ExitCodes.Failed, ExitCodes.Undelivered]).FirstOrDefault(codes.Contains, ExitCodes.Ok);

    private IEnumerable<int> OfJob(JobView job)
    {
        if (job.Phase == Phases.Cancelled)
            yield return ExitCodes.Cancelled;
        // What a halted or expired job has not begun is skipped, which of itself would be no failure.
        if (job.Phase == "Failed")
            yield return ExitCodes.Halted;
        if (job.Phase == "Expired")
            yield return ExitCodes.Undelivered;
        if (job.HasEnded && Total < job.Targets)
            yield return ExitCodes.Unknown;
    }

    private string Word(string phase) => phase switch
    {
        Phases.Succeeded => "ok",
        Phases.TimedOut => "timed out",
        Phases.Unknown => "UNKNOWN",
        Phases.Undelivered => $"undelivered ({string.Join(", ", _undelivered.OrderByDescending(reason => reason.Value).ThenBy(reason => reason.Key, StringComparer.Ordinal).Select(reason => $"{reason.Value} {reason.Key}"))})",
        _ => phase.ToLowerInvariant(),
    };

    private static void Increment(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;
}
