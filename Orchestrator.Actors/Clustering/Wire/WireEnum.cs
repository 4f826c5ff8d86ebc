using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>
/// A value of an enum between nodes: its name. During an upgrade a newer node may say one that this version does not have: it becomes the enum's
/// fallback (<see cref="WireFallbacks"/>), so that the rest of the message is read all the same.
/// </summary>
internal sealed class WireEnum<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<string, T> ByName = Enum.GetValues<T>().ToFrozenDictionary(value => value.ToString(), StringComparer.Ordinal);
    private static readonly T Fallback = WireFallbacks.Of<T>();

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.String
        ? ByName.GetValueOrDefault(reader.GetString()!, Fallback)
        : throw new JsonException($"{typeof(T).Name} is told by its name");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (!Enum.IsDefined(value))
            throw new JsonException($"{typeof(T).Name} has no value {value}");
        writer.WriteStringValue(value.ToString());
    }
}
