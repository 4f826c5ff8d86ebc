using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Actors.Migration;

/// <summary>What an outcome of a migration says of it (docs/MIGRATING.md): JSON.</summary>
internal static class MigrationResult
{
    public static ReadOnlyMemory<byte> Of(MigrationSnapshot migration)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("to", migration.Spec.To);
            if (migration.Destination is { } destination)
                writer.WriteString("destination", destination);
            if (migration.Status.Downtime is { } downtime)
                writer.WriteNumber("downtimeMs", downtime.TotalMilliseconds);
            if (migration.Status.Elapsed is { } elapsed)
                writer.WriteNumber("elapsedMs", elapsed.TotalMilliseconds);
            writer.WriteNumber("transferredBytes", migration.Status.Transferred);
            writer.WriteNumber("totalBytes", migration.Status.Total);
            writer.WriteNumber("passes", migration.Status.Passes);
            if (migration.IsDrained is { } isDrained)
                writer.WriteBoolean("drained", isDrained);
            writer.WriteEndObject();
        }
        return output.WrittenMemory;
    }
}
