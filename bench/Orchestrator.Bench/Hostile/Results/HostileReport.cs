using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Agents">Honest VMs.</param>
/// <param name="Rounds">Measured rounds per turn.</param>
/// <param name="Calls">Single calls per round.</param>
/// <param name="Warmup">Rounds before the measured ones in each turn.</param>
/// <param name="Batches">Turns of each kind and mode.</param>
/// <param name="Modes">One summary per mode.</param>
/// <param name="Samples">The turns, in the order in which they were measured.</param>
public sealed record HostileReport(
    string Date, Machine Machine, int Agents, int Rounds, int Calls, int Warmup, int Batches,
    IReadOnlyList<ModeSummary> Modes, IReadOnlyList<TurnSample> Samples)
{
    /// <summary>Summarizes <paramref name="turns"/>.</summary>
    public static HostileReport Of(HostileOptions options, Machine machine, IReadOnlyCollection<Turn> turns) => new(
        TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Agents, options.Rounds, options.Calls, options.Warmup, options.Batches,
        [.. turns.GroupBy(turn => turn.Mode).Select(mode => ModeSummary.Of([.. mode]))],
        [.. turns.Select(TurnSample.Of)]);
}
