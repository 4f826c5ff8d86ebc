using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Client;

/// <summary>Reads one value.</summary>
/// <param name="reader">On the value's first token; left on its last one.</param>
public delegate T QapiRead<out T>(ref QapiReader reader);

/// <summary>Between JSON texts and generated types.</summary>
public static class QapiJson
{
    /// <summary>Reads a whole JSON text.</summary>
    /// <exception cref="QapiReadException">It is not JSON, or does not fit. Nothing else is thrown, whatever the bytes.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, QapiRead<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            var reader = new QapiReader(json);
            var value = read(ref reader);
            reader.End();
            return value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not valid Unicode.
            throw new QapiReadException("", "it is not JSON of valid Unicode");
        }
    }

    /// <summary>Writes a whole JSON text.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output);
        write(writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>An object.</summary>
    /// <param name="writeMembers">Writes names and values; none if it is null.</param>
    public static byte[] Object(Action<Utf8JsonWriter>? writeMembers) => writeMembers is null ? [.. "{}"u8] : Write(writer =>
    {
        writer.WriteStartObject();
        writeMembers(writer);
        writer.WriteEndObject();
    });

    /// <summary>Writes the members of an object into the one that is being written.</summary>
    /// <param name="writer">Inside an object.</param>
    /// <param name="members">An object; undefined stands for none.</param>
    /// <param name="except">Names that are left out.</param>
    public static void WriteMembers(Utf8JsonWriter writer, JsonElement members, params ReadOnlySpan<string> except)
    {
        if (members.ValueKind == JsonValueKind.Undefined)
            return;
        foreach (var member in members.EnumerateObject())
        {
            if (!except.Contains(member.Name))
                member.WriteTo(writer);
        }
    }
}
