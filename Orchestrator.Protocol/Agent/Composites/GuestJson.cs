using System.Buffers;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Composites;

/// <summary>Arguments and answers of composite commands and their steps.</summary>
internal static class GuestJson
{
    /// <summary>A step with the arguments that <paramref name="members"/> writes.</summary>
    public static EncodedCommand Command(string name, Action<Utf8JsonWriter> members) =>
        EncodedCommand.ForGuest(name, JsonElement.Parse(Object(members).Span));

    /// <summary>An answer made here, in the shape that the schema promises.</summary>
    public static CommandResult.Returned Returned(Action<Utf8JsonWriter> members) => new(Object(members));

    private static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }
}
