using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Actors.Vms.Migration;

/// <summary>The event that tells how far a migration is.</summary>
internal static class MigrationWire
{
    /// <summary>Its name.</summary>
    public const string Name = "VM_MIGRATION_CHANGED";

    /// <summary>Of a change; <see langword="null"/> where there is nothing to tell.</summary>
    public static (string Name, ReadOnlyMemory<byte> Data)? EventOf(VmMigration? before, VmMigration? now)
    {
        if ((now ?? before) is not { } shown)
            return null;
        return (Name, JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["phase"] = now is null ? "ended" : TextOf(now.Phase),
            ["source"] = shown.Source,
            ["destination"] = shown.Destination,
        }));
    }

    /// <summary>A phase in the words of events and of the API.</summary>
    public static string TextOf(MigrationPhase phase) => JsonNamingPolicy.KebabCaseLower.ConvertName(phase.ToString());
}
