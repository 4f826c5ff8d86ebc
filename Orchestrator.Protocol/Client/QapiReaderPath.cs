using System.Text.Json;

namespace Orchestrator.Protocol.Client;

/// <summary>Finds where in a JSON text a token is. Only needed when something does not fit, so it starts again from the beginning.</summary>
internal static class QapiReaderPath
{
    /// <param name="json">The whole text, good up to the token.</param>
    /// <param name="tokenStart">Start of the token in bytes. The path to an object's end is the object's.</param>
    /// <returns>Like <c>.image.filename</c> or <c>[3]</c>.</returns>
    public static string To(ReadOnlySpan<byte> json, long tokenStart)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        // For each open bracket: -1 in an object, else the index in an array; and the name or index on the way.
        var indexes = new Stack<int>();
        var segments = new Stack<string>();
        var name = "";
        while (reader.Read())
        {
            var isName = reader.TokenType == JsonTokenType.PropertyName;
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                indexes.Pop();
                name = segments.Pop();
            }
            else if (isName)
            {
                name = "." + reader.GetString();
            }
            else if (indexes.TryPeek(out var index) && index >= 0)
            {
                indexes.Push(indexes.Pop() + 1);
                name = $"[{index}]";
            }
            if (reader.TokenStartIndex >= tokenStart && !isName)
                break;
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                indexes.Push(reader.TokenType == JsonTokenType.StartArray ? 0 : -1);
                segments.Push(name);
            }
        }
        return string.Concat(segments.Reverse().Append(name));
    }
}
