using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Soak.Measuring;

namespace Orchestrator.Bench.Soak.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Machine">On which it ran.</param>
/// <param name="Minutes">Of work and rests together.</param>
/// <param name="Vms">VMs that stayed.</param>
/// <param name="Churn">VMs that came and went together.</param>
/// <param name="Limits">What was allowed.</param>
/// <param name="Work">What was done between the first rest and the last.</param>
/// <param name="Rests">What the node held, after the warm-up first.</param>
public sealed record SoakReport(
    string Date, Machine Machine, int Minutes, int Vms, int Churn, SoakLimits Limits, IReadOnlyList<WorkTally> Work, IReadOnlyList<SoakSample> Rests)
{
    /// <summary>What is wrong, a sentence each.</summary>
    /// <param name="isQuick">Whether less than four hours' worth of work is enough.</param>
    public IReadOnlyList<string> Violations(bool isQuick)
    {
        var tooLittle = isQuick ? [] : Work.Where(work => work.Hours < SoakLimits.Hours)
            .Select(work => $"{work.Done} {work.Name} are less than {SoakLimits.Hours} hours' worth ({work.PerHour} an hour): give it more --minutes");
        return [.. Limits.Violations(Rests[0], Rests[^1]), .. tooLittle];
    }
}
