using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Vms">VMs that sent events.</param>
/// <param name="Events">Events of one flood.</param>
/// <param name="Rounds">Of each kind.</param>
/// <param name="Seconds">Duration of a round at a steady pace.</param>
/// <param name="Floods">One summary per kind of flood.</param>
/// <param name="Ratios">Kinds of floods against each other.</param>
/// <param name="Latencies">One summary per pace.</param>
/// <param name="Idle">What idle subscribers cost.</param>
/// <param name="Samples">The floods, in the order in which they were measured.</param>
/// <param name="LatencySamples">The rounds at a steady pace.</param>
/// <param name="IdleSamples">The rounds with idle subscribers.</param>
public sealed record EventsReport(
    string Date, Machine Machine, int Vms, long Events, int Rounds, int Seconds,
    IReadOnlyList<FloodSummary> Floods, IReadOnlyList<FloodRatio> Ratios, IReadOnlyList<PaceSummary> Latencies, IdleSummary Idle,
    IReadOnlyList<FloodSample> Samples, IReadOnlyList<LatencySample> LatencySamples, IReadOnlyList<IdleSample> IdleSamples)
{
    /// <summary>Summarizes a run.</summary>
    public static EventsReport Of(
        EventsOptions options, Machine machine, IReadOnlyList<FloodSample> floods, IReadOnlyList<LatencySample> latencies, IReadOnlyList<IdleSample> idle)
    {
        var kinds = floods.GroupBy(flood => (flood.Format, flood.Subscribers)).Select(kind => kind.ToList()).ToList();
        return new EventsReport(
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Vms, (long)options.EventsPerVm * options.Vms, options.Rounds, options.Seconds,
            [.. kinds.Select(FloodSummary.Of)],
            [.. FloodRatio.Of(kinds)],
            [.. latencies.GroupBy(sample => sample.Load).Select(load => PaceSummary.Of([.. load]))],
            IdleSummary.Of(idle),
            floods, latencies, idle);
    }
}
