using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>Latencies of the honest VMs, ms.</summary>
/// <param name="Outcome">The server's <c>elapsedMs</c> of each VM in a job.</param>
/// <param name="Job">A whole job, as its caller measures it.</param>
/// <param name="Call">A single call, as its caller measures it.</param>
public sealed record LatencySummary(Distribution Outcome, Distribution Job, Distribution Call)
{
    /// <summary>Summarizes all rounds of some turns.</summary>
    public static LatencySummary Of(IReadOnlyCollection<Turn> turns) => new(
        Rounded(turns.SelectMany(turn => turn.Latencies.Outcomes)),
        Rounded(turns.SelectMany(turn => turn.Latencies.Jobs)),
        Rounded(turns.SelectMany(turn => turn.Latencies.Calls)));

    private static Distribution Rounded(IEnumerable<double> milliseconds) => Distribution.Of(milliseconds.Select(value => Math.Round(value, 3)));
}
