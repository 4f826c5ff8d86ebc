using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Scale.Results;

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Batches">Turns of each.</param>
/// <param name="Idle">How long idling was measured, s.</param>
/// <param name="Latency">Of the emulated agents; <see langword="null"/> for none.</param>
/// <param name="QmpSockets">Whether each VM had a socket for QMP clients.</param>
/// <param name="Sizes">One summary for each number of nodes and of VMs, in the order of their turns.</param>
/// <param name="Ratios">Each but the smallest against the smallest of the same number of nodes.</param>
/// <param name="Samples">The turns, in the order in which they were measured.</param>
public sealed record ScaleReport(
    string Date, Machine Machine, int Batches, int Idle, string? Latency, bool QmpSockets, IReadOnlyList<ScaleSummary> Sizes, IReadOnlyList<ScaleRatio> Ratios, IReadOnlyList<ScaleSample> Samples)
{
    /// <summary>Summarizes a run.</summary>
    public static ScaleReport Of(ScaleOptions options, Machine machine, IReadOnlyList<ScaleSample> samples)
    {
        var sizes = samples.GroupBy(sample => (sample.Nodes, sample.Vms)).Select(size => size.ToList()).ToList();
        return new ScaleReport(
            TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Batches, options.Idle, options.Latency, options.QmpSockets,
            [.. sizes.Select(ScaleSummary.Of)],
            [.. sizes.GroupBy(size => size[0].Nodes).SelectMany(nodes => nodes.Skip(1).Select(size => ScaleRatio.Of(size, nodes.First())))],
            samples);
    }
}
