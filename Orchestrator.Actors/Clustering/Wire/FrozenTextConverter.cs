using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Actors.Clustering.Wire;

/// <summary>Labels and facts: an object of strings.</summary>
internal sealed class FrozenTextConverter : JsonConverter<FrozenDictionary<string, string>>
{
    public override FrozenDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("labels and facts are an object of strings");
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            pairs[name] = reader.GetString() ?? throw new JsonException($"'{name}' is null");
        }
        return pairs.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public override void Write(Utf8JsonWriter writer, FrozenDictionary<string, string> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in value)
            writer.WriteString(name, text);
        writer.WriteEndObject();
    }
}
