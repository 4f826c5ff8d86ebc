using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Results;

/// <summary>All rounds at one pace; a value per round.</summary>
/// <param name="Load">Name of the pace.</param>
/// <param name="P50">Latency, ms.</param>
/// <param name="P99">Latency, ms.</param>
/// <param name="Lost">In the worst round.</param>
public sealed record PaceSummary(string Load, Distribution EventsPerSecond, Distribution P50, Distribution P99, long Lost, Distribution ServerCores)
{
    /// <summary>Summarizes rounds at one pace, at least one.</summary>
    public static PaceSummary Of(IReadOnlyList<LatencySample> samples) => new(
        samples[0].Load,
        Distribution.Of(samples.Select(sample => sample.EventsPerSecond)),
        Distribution.Of(samples.Select(sample => sample.Latency.Median)),
        Distribution.Of(samples.Select(sample => sample.Latency.P99)),
        samples.Max(sample => sample.Lost),
        Distribution.Of(samples.Select(sample => sample.ServerCores)));
}
