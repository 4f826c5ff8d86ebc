using System.Text.Json;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Migration;

/// <summary>What the two QEMUs of a migration are asked.</summary>
internal static class MigrationQuestions
{
    private static readonly EncodedCommand QueryStatus = EncodedCommand.ForQmp("query-status");
    private static readonly EncodedCommand QueryUuid = EncodedCommand.ForQmp("query-uuid");
    private static readonly EncodedCommand QueryMigrate = EncodedCommand.ForQmp("query-migrate");
    private static readonly EncodedCommand QueryCapabilities = EncodedCommand.ForQmp("query-migrate-capabilities");
    private static readonly EncodedCommand SetEvents = EncodedCommand.ForQmp(
        "migrate-set-capabilities", JsonElement.Parse("""{"capabilities": [{"capability": "events", "state": true}]}"""));

    /// <summary>Whose QEMU it is, and its RunState; each <see langword="null"/> if it did not tell.</summary>
    public static async Task<(Guid? Uuid, string? RunState)> WhoAsync(QmpChannel qmp, TimeSpan timeout)
    {
        var uuid = qmp.ExecuteAsync(QueryUuid, timeout);
        var status = await RunStateAsync(qmp, timeout).ConfigureAwait(false);
        return (Guid.TryParse(Text(await uuid.ConfigureAwait(false), "UUID"), out var parsed) ? parsed : null, status);
    }

    /// <summary>The RunState.</summary>
    public static async Task<string?> RunStateAsync(QmpChannel qmp, TimeSpan timeout) =>
        Text(await qmp.ExecuteAsync(QueryStatus, timeout).ConfigureAwait(false), "status");

    /// <summary>Status of the migration.</summary>
    public static async Task<string?> StatusAsync(QmpChannel qmp, TimeSpan timeout) =>
        Text(await qmp.ExecuteAsync(QueryMigrate, timeout).ConfigureAwait(false), "status");

    /// <summary>Lets QEMU send <c>MIGRATION</c> events, where it does not yet. Other capabilities stay as they are; where it cannot be, questions tell the same later.</summary>
    public static async Task WantEventsAsync(QmpChannel qmp, TimeSpan timeout)
    {
        if (await qmp.ExecuteAsync(QueryCapabilities, timeout).ConfigureAwait(false) is CommandResult.Returned returned && HasNoEvents(returned.Value))
            await qmp.ExecuteAsync(SetEvents, timeout).ConfigureAwait(false);
    }

    /// <summary>Whether the capability is there and off.</summary>
    internal static bool HasNoEvents(ReadOnlyMemory<byte> capabilities)
    {
        using var document = JsonDocument.Parse(capabilities);
        return document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.EnumerateArray().Any(capability =>
            capability.ValueKind == JsonValueKind.Object
            && capability.TryGetProperty("capability"u8, out var name) && name.ValueEquals("events"u8)
            && capability.TryGetProperty("state"u8, out var state) && state.ValueKind == JsonValueKind.False);
    }

    private static string? Text(CommandResult result, string member)
    {
        if (result is not CommandResult.Returned returned)
            return null;
        using var document = JsonDocument.Parse(returned.Value);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }
}
