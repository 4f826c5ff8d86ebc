using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Host.Api;

/// <summary>JSON that was already validated and encoded, carried through as it is.</summary>
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8)
{
    /// <summary>Nothing for an empty value: the member is left out.</summary>
    public static RawJson? OrNull(ReadOnlyMemory<byte> utf8) => utf8.IsEmpty ? null : new RawJson(utf8);
}

/// <summary>Writes <see cref="RawJson"/> without looking at it again.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    /// <inheritdoc/>
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(JsonSerializer.SerializeToUtf8Bytes(document.RootElement, ApiJson.Default.JsonElement));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) => writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
