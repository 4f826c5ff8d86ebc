using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Scale.Results;

/// <summary>A VM of a large fleet against one of the smallest, each turn only against that of the same batch. 1 is: costs do not depend on the fleet.</summary>
/// <param name="Against">The smallest number of VMs.</param>
/// <param name="Start">Time to Ready per VM.</param>
/// <param name="Memory">Resident memory per VM, at rest.</param>
/// <param name="Cpu">CPU time per command.</param>
/// <param name="FurtherMilliseconds">What each further VM added to the time to Ready: without what every start costs.</param>
/// <param name="FurtherKiB">What each further VM added to resident memory, at rest.</param>
public sealed record ScaleRatio(
    int Nodes, int Vms, int Against, Distribution Start, Distribution Memory, Distribution Cpu, Distribution FurtherMilliseconds, Distribution FurtherKiB)
{
    /// <summary>Turns of one size against those of another; in the order of the batches.</summary>
    public static ScaleRatio Of(IReadOnlyList<ScaleSample> turns, IReadOnlyList<ScaleSample> smallest)
    {
        var pairs = turns.Join(smallest, turn => turn.Batch, small => small.Batch, (turn, small) => (turn, small)).ToList();
        return new ScaleRatio(
            turns[0].Nodes, turns[0].Vms, smallest[0].Vms,
            Of(pairs, turn => turn.StartMillisecondsPerVm),
            Of(pairs, turn => turn.RestKiBPerVm),
            Of(pairs, turn => turn.CpuMicroseconds),
            Distribution.Of(pairs.Select(pair => (pair.turn.StartSeconds - pair.small.StartSeconds) * 1000 / (pair.turn.Vms - pair.small.Vms))),
            Distribution.Of(pairs.Select(pair => (pair.turn.RestBytes - pair.small.RestBytes) / 1024.0 / (pair.turn.Vms - pair.small.Vms))));
    }

    private static Distribution Of(IEnumerable<(ScaleSample Turn, ScaleSample Small)> pairs, Func<ScaleSample, double> value) =>
        // A turn of few commands may have used less CPU time than the kernel counts.
        Distribution.Of(pairs.Select(pair => value(pair.Turn) / Math.Max(value(pair.Small), 0.001)));
}
