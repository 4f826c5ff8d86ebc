using System.Text.Json;

namespace Orchestrator.Bench.Migrate.Results;

/// <summary>One migration. Times are in ms.</summary>
/// <param name="Took">From its beginning until the VM was shown at the destination.</param>
/// <param name="Blackout">The longest time without an answer to two callers of short commands, from its beginning to that of the next one.</param>
/// <param name="Downtime">For which the guest stood still, as QEMU says; <see langword="null"/> where the node did not drive.</param>
/// <param name="Drained">Whether the agent had answered everything before; <see langword="null"/> where the node did not drive.</param>
public sealed record MigrationSample(double Took, double Blackout, double? Downtime, bool? Drained)
{
    /// <summary>From what was measured, and the result of the job that drove.</summary>
    public static MigrationSample Of(double took, double blackout, JsonElement? result) => new(
        Math.Round(took, 1),
        Math.Round(blackout, 1),
        result?.GetProperty("downtimeMs").GetDouble(),
        result?.GetProperty("drained").GetBoolean());
}
