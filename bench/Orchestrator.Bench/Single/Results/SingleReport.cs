using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Single.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Agents">VMs of the server.</param>
/// <param name="Rounds">Measured calls of each command per turn.</param>
/// <param name="Warmup">Pings before them, and an eighth as many programs.</param>
/// <param name="Batches">Turns of each way.</param>
/// <param name="Calls">One summary per command and way, over all turns.</param>
/// <param name="Differences">Each other way less the bare socket, one per command and way.</param>
/// <param name="Samples">One summary per turn, in the order in which they were measured.</param>
public sealed record SingleReport(
    string Date, Machine Machine, int Agents, int Rounds, int Warmup, int Batches,
    IReadOnlyList<CallSummary> Calls, IReadOnlyList<CallDifference> Differences, IReadOnlyList<CallSummary> Samples)
{
    /// <summary>Summarizes <paramref name="turns"/>; there are equally many of each way.</summary>
    public static SingleReport Of(SingleOptions options, Machine machine, IReadOnlyList<CallTurn> turns)
    {
        var kinds = turns.ToLookup(turn => (turn.Command, turn.Way));
        var all = (from command in SingleRun.Commands from way in (string[])[Way.Bare, Way.Http, Way.Api] select kinds[(command, way)].ToList()).ToList();
        return new SingleReport(
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Agents, options.Rounds, options.Warmup, options.Batches,
            [.. all.Select(kind => CallSummary.Of(kind))],
            [.. all.Where(kind => kind[0].Way != Way.Bare).Select(kind => CallDifference.Of(kind, [.. kinds[(kind[0].Command, Way.Bare)]]))],
            [.. turns.Select(turn => CallSummary.Of(turn))]);
    }
}
