using System.Buffers;
using System.Text;
using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Cli.Output;

/// <summary>JSON written by this program: whatever spelling the server chose, what a terminal obeys comes out escaped.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = HarmlessJsonEncoder.Instance };
    private static readonly JsonWriterOptions Pretty = Compact with { Indented = true };

    /// <summary>The value on one line.</summary>
    public static string Line(JsonElement value) => Write(Compact, value.WriteTo);

    /// <summary>The value on several lines, two spaces per level.</summary>
    public static string Document(JsonElement value) => Write(Pretty, value.WriteTo);

    /// <summary>What <paramref name="write"/> writes, read back as a value.</summary>
    public static JsonElement Build(Action<Utf8JsonWriter> write) => JsonElement.Parse(Bytes(Compact, write));

    /// <summary>The same value with the members of every object in ordinal order: equal values are equal texts then.</summary>
    public static JsonElement Sorted(JsonElement value) => Build(writer => WriteSorted(writer, value));

    private static void WriteSorted(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    WriteSorted(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteSorted(writer, item);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Write(JsonWriterOptions options, Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(Bytes(options, write));

    /// <summary>What <paramref name="write"/> writes, as compact UTF-8.</summary>
    public static byte[] Bytes(Action<Utf8JsonWriter> write) => Bytes(Compact, write);

    private static byte[] Bytes(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, options))
            write(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
