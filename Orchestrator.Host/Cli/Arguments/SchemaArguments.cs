using System.Text;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Arguments;

/// <summary>Pairs by a guest command's schema, so that nobody has to quote JSON in a shell.</summary>
/// <param name="schema">The answer of <c>GET /v1/schemas/{command}</c>.</param>
internal sealed class SchemaArguments(JsonElement schema)
{
    private readonly Dictionary<string, (string Type, bool Base64)> _members = schema.Items("arguments")
        .Where(member => member.Text("name") is not null)
        .ToDictionary(member => member.Text("name")!, member => (member.Text("type") ?? "", member.IsTrue("base64")), StringComparer.Ordinal);

    /// <summary>The arguments object. A list is given as JSON or one element at a time, by repeating its key.</summary>
    /// <exception cref="CliException">A key is not in the schema or is given twice, or a value does not fit its type.</exception>
    public JsonElement Convert(IReadOnlyList<ArgumentPair> pairs) => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        foreach (var group in pairs.GroupBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!_members.TryGetValue(group.Key, out var member))
                throw CliException.Usage($"{schema.Text("name")} has no argument '{group.Key}'; it takes {Known()}");
            writer.WritePropertyName(group.Key);
            Write(writer, [.. group], member.Type, member.Base64);
        }
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, ArgumentPair[] pairs, string type, bool base64)
    {
        if (type.StartsWith('[') && type.EndsWith(']') && !pairs[0].Value.StartsWith('['))
        {
            writer.WriteStartArray();
            foreach (var pair in pairs)
                QapiLiteral.Write(writer, pair, type[1..^1]);
            writer.WriteEndArray();
            return;
        }
        if (pairs.Length > 1)
            throw CliException.Usage($"'{pairs[0].Key}' is given {pairs.Length} times, and is not a list given by its elements");
        if (pairs[0].Kind != "text")
            QapiLiteral.Write(writer, pairs[0], type);
        else if (base64)
            writer.WriteBase64StringValue(Encoding.UTF8.GetBytes(pairs[0].Value));
        else
            throw CliException.Usage($"'{pairs[0].Key}:text=' is for arguments that are base64 on the wire; write {pairs[0].Key}=value");
    }

    private string Known() => _members.Count == 0 ? "none" : string.Join(", ", _members.Select(member => $"{member.Key} ({member.Value.Type})"));
}
