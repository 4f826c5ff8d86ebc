using Orchestrator.Bench.Fleet.Clients;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>A turn in the units of the JSON file.</summary>
public sealed record BatchSample(string Client, double ConnectSeconds, double CpuMicrosecondsPerCommand, IReadOnlyList<double> RoundMilliseconds)
{
    /// <summary>Converts a turn.</summary>
    public static BatchSample Of(Batch batch) => new(
        batch.Client,
        Math.Round(batch.Connect.TotalSeconds, 3),
        Math.Round(batch.CpuMicrosecondsPerCommand, 2),
        [.. batch.Rounds.Select(round => Math.Round(round.TotalMilliseconds, 3))]);
}
