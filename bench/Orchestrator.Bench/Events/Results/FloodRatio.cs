using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Results;

/// <summary>One kind of flood against another, each round only against the other's of the same turn.</summary>
/// <param name="Kind">Format and subscribers.</param>
/// <param name="Against">Format and subscribers of the other.</param>
/// <param name="Rate">Events per second over the other's. Above 1 is faster.</param>
/// <param name="Cpu">CPU time per event over the other's. Below 1 is cheaper.</param>
public sealed record FloodRatio(string Kind, string Against, Distribution Rate, Distribution Cpu)
{
    /// <summary>Every kind but the first against the first.</summary>
    public static IEnumerable<FloodRatio> Of(IReadOnlyList<IReadOnlyList<FloodSample>> kinds) => kinds.Skip(1).Select(kind =>
    {
        var pairs = kind.Zip(kinds[0]).ToList();
        return new FloodRatio(
            Name(kind[0]),
            Name(kinds[0][0]),
            Distribution.Of(pairs.Select(pair => pair.First.EventsPerSecond / pair.Second.EventsPerSecond)),
            // A short round may have used less CPU time than the kernel counts.
            Distribution.Of(pairs.Select(pair => pair.First.CpuMicrosecondsPerEvent / Math.Max(pair.Second.CpuMicrosecondsPerEvent, 0.01))));
    });

    private static string Name(FloodSample flood) => $"{flood.Format} to {flood.Subscribers}";
}
