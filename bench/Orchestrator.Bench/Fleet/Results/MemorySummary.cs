using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>Resident memory of the server, medians over its turns.</summary>
/// <param name="EmptyMiB">Without a single VM.</param>
/// <param name="ReadyMiB">All agents synchronized, before the first command.</param>
/// <param name="AfterMiB">After the last round.</param>
/// <param name="PeakMiB">The highest value of any turn.</param>
/// <param name="ReadyKiBPerVm">Slope: what the VMs add to the empty server, per VM.</param>
/// <param name="AfterKiBPerVm">The same after the last round.</param>
public sealed record MemorySummary(double EmptyMiB, double ReadyMiB, double AfterMiB, double PeakMiB, double ReadyKiBPerVm, double AfterKiBPerVm)
{
    /// <summary>Summarizes the server's turns.</summary>
    public static MemorySummary Of(IReadOnlyList<Batch> turns, long emptyBytes)
    {
        var ready = Distribution.Of(turns.Select(turn => (double)turn.Ready!.ResidentBytes)).Median;
        var after = Distribution.Of(turns.Select(turn => (double)turn.After!.ResidentBytes)).Median;
        var vms = turns[0].Commands;
        return new MemorySummary(
            emptyBytes / MiB, ready / MiB, after / MiB, turns.Max(turn => turn.After!.PeakResidentBytes) / MiB,
            (ready - emptyBytes) / KiB / vms, (after - emptyBytes) / KiB / vms);
    }

    private const double KiB = 1 << 10;
    private const double MiB = 1 << 20;
}
