using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Actors.Controllers;

/// <summary>JSON that comes from controllers, or is shown to people.</summary>
internal static class ControllerJson
{
    private const int MaxShown = 512;

    /// <summary>The same object, written afresh.</summary>
    /// <exception cref="ArgumentException">It is no JSON object.</exception>
    public static ReadOnlyMemory<byte> Object(ReadOnlyMemory<byte> data)
    {
        if (data.IsEmpty)
            return data;
        try
        {
            using var document = JsonDocument.Parse(data);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ArgumentException($"the data of an event is a JSON object, and not {document.RootElement.ValueKind}", nameof(data));
            var output = new ArrayBufferWriter<byte>(data.Length);
            using (var writer = new Utf8JsonWriter(output))
                document.WriteTo(writer);
            return output.WrittenMemory;
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"the data of an event is no JSON: {e.Message}", nameof(data), e);
        }
    }

    /// <summary>Its beginning.</summary>
    public static string Short(ReadOnlySpan<byte> json)
    {
        var text = Encoding.UTF8.GetString(json[..Math.Min(json.Length, MaxShown)]);
        return json.Length > MaxShown ? text + "…" : text;
    }
}
