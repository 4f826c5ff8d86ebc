using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>A turn in the units of the JSON file.</summary>
public sealed record TurnSample(
    string Mode, string Kind, LatencySummary Latency, double Seconds, int Quarantines, long FloodConnections, long FloodBytes, double ServerCpuSeconds)
{
    /// <summary>Converts a turn.</summary>
    public static TurnSample Of(Turn turn) => new(
        turn.Mode,
        turn.Kind.ToString().ToLowerInvariant(),
        LatencySummary.Of([turn]),
        Math.Round(turn.Duration.TotalSeconds, 3),
        turn.Quarantines,
        turn.Flood.Connections,
        turn.Flood.Bytes,
        Math.Round((turn.After.Cpu - turn.Before.Cpu).TotalSeconds, 2));
}
