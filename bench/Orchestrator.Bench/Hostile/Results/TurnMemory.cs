using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>Resident memory of the server in the turns of one kind.</summary>
/// <param name="BeforeMiB">Before the measured rounds; median of the turns.</param>
/// <param name="AfterMiB">After them; median.</param>
/// <param name="PeakMiB">The highest value within the measured rounds of any turn.</param>
public sealed record TurnMemory(double BeforeMiB, double AfterMiB, double PeakMiB)
{
    private const double MiB = 1 << 20;

    /// <summary>Summarizes the turns of one kind.</summary>
    public static TurnMemory Of(IReadOnlyCollection<Turn> turns) => new(
        Distribution.Of(turns.Select(turn => turn.Before.ResidentBytes / MiB)).Median,
        Distribution.Of(turns.Select(turn => turn.After.ResidentBytes / MiB)).Median,
        turns.Max(turn => turn.After.PeakResidentBytes) / MiB);
}
