using System.Buffers;
using System.Text.Json;
using Orchestrator.Actors.Events;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Controllers.Shipped;

/// <summary>Reads and writes the data of events.</summary>
internal static class ControllerEvents
{
    private static readonly JsonWriterOptions Harmless = new() { Encoder = HarmlessJsonEncoder.Instance };

    /// <summary>A text member of an event's data; <see langword="null"/> if there is none.</summary>
    public static string? Text(this FleetEvent happened, string member)
    {
        if (happened.Data.IsEmpty)
            return null;
        using var document = JsonDocument.Parse(happened.Data);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty(member, out var value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }

    /// <summary>The data of an event: an object.</summary>
    public static ReadOnlyMemory<byte> Encode(Action<Utf8JsonWriter> writeMembers)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output, Harmless);
        writer.WriteStartObject();
        writeMembers(writer);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }
}
