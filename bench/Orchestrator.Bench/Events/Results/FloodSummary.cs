using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Results;

/// <summary>All floods of one kind.</summary>
/// <param name="EventsPerSecond">Of each round.</param>
/// <param name="CpuMicrosecondsPerEvent">Of the server, of each round.</param>
/// <param name="Lost">In the worst round.</param>
/// <param name="PeakMiB">Highest resident memory of the server in any of them.</param>
public sealed record FloodSummary(string Format, int Subscribers, Distribution EventsPerSecond, Distribution CpuMicrosecondsPerEvent, long Lost, double PeakMiB)
{
    /// <summary>Summarizes rounds of one kind, at least one.</summary>
    public static FloodSummary Of(IReadOnlyList<FloodSample> floods) => new(
        floods[0].Format,
        floods[0].Subscribers,
        Distribution.Of(floods.Select(flood => flood.EventsPerSecond)),
        Distribution.Of(floods.Select(flood => flood.CpuMicrosecondsPerEvent)),
        floods.Max(flood => flood.Lost),
        floods.Max(flood => flood.PeakMiB));
}
