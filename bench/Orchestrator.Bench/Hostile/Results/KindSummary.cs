using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>All turns of one kind in one mode.</summary>
/// <param name="Latency">Of every measured round.</param>
/// <param name="Quarantines">That were ended by a release, of all turns.</param>
/// <param name="FloodMiBPerSecond">What the hostile program sent, over the time that it was there.</param>
/// <param name="ServerCores">The server's CPU time over the wall time of the measured rounds: 1 is one processor.</param>
/// <param name="Memory">The server's.</param>
public sealed record KindSummary(string Kind, LatencySummary Latency, int Quarantines, double FloodMiBPerSecond, double ServerCores, TurnMemory Memory)
{
    private const double MiB = 1 << 20;

    /// <summary>Summarizes the turns of one kind.</summary>
    public static KindSummary Of(IReadOnlyList<Turn> turns) => new(
        turns[0].Kind.ToString().ToLowerInvariant(),
        LatencySummary.Of(turns),
        turns.Sum(turn => turn.Quarantines),
        turns.Sum(turn => turn.Flood.Bytes) / MiB / turns.Sum(turn => turn.Duration.TotalSeconds),
        turns.Sum(turn => (turn.After.Cpu - turn.Before.Cpu).TotalSeconds) / turns.Sum(turn => turn.Measured.TotalSeconds),
        TurnMemory.Of(turns));
}
