using System.Text.Json;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Arguments;

/// <summary>Pairs without a schema: a value that is JSON is taken as such, any other is a string; <c>key:str=value</c> is always one.</summary>
internal static class QmpArguments
{
    /// <exception cref="CliException">A key was given twice, or with a kind other than <c>str</c>.</exception>
    public static JsonElement Convert(IReadOnlyList<ArgumentPair> pairs)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return JsonText.Build(writer =>
        {
            writer.WriteStartObject();
            foreach (var pair in pairs)
            {
                if (!seen.Add(pair.Key))
                    throw CliException.Usage($"'{pair.Key}' is given twice");
                writer.WritePropertyName(pair.Key);
                if (pair.Kind is null && TryParse(pair.Value, out var value))
                    value.WriteTo(writer);
                else if (pair.Kind is null or "str")
                    writer.WriteStringValue(pair.Value);
                else
                    throw CliException.Usage($"'{pair.Key}:{pair.Kind}=': only :str is known here, which keeps a value a string");
            }
            writer.WriteEndObject();
        });
    }

    private static bool TryParse(string text, out JsonElement value)
    {
        try
        {
            value = JsonElement.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }
}
