using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary>Answers of the server in the form asked for.</summary>
internal static class Listing
{
    /// <summary>A collection, <c>{"items":[…]}</c>: whole as JSON and YAML, one item per line as NDJSON, else by <paramref name="writeTable"/>.</summary>
    public static void Write(TerminalWriter output, string format, JsonElement answer, Action<IEnumerable<JsonElement>> writeTable)
    {
        if (format == OutputFormat.Ndjson)
        {
            foreach (var item in answer.Items())
                output.WriteDocument(JsonText.Line(item) + "\n");
        }
        else if (!WriteDocument(output, format, answer))
        {
            writeTable(answer.Items());
        }
    }

    /// <summary>One object; as a table, a line per member that has a value, with nested names joined by dots and numbered in lists.</summary>
    public static void WriteOne(TerminalWriter output, string format, JsonElement answer)
    {
        if (format == OutputFormat.Ndjson)
            output.WriteDocument(JsonText.Line(answer) + "\n");
        else if (!WriteDocument(output, format, answer))
            WriteMembers(output, answer);
    }

    private static bool WriteDocument(TerminalWriter output, string format, JsonElement answer)
    {
        var document = format switch
        {
            OutputFormat.Json => JsonText.Document(answer) + "\n",
            OutputFormat.Yaml => YamlText.Document(answer),
            _ => null,
        };
        if (document is not null)
            output.WriteDocument(document);
        return document is not null;
    }

    private static void WriteMembers(TerminalWriter output, JsonElement value)
    {
        var table = new TextTable([0, 0]);
        foreach (var (name, text) in Members("", value))
            table.Add(new Cell(name, Tone.Heading), text);
        table.WriteTo(output);
    }

    private static IEnumerable<(string Name, string Text)> Members(string prefix, JsonElement value)
    {
        foreach (var member in value.EnumerateObject())
        {
            foreach (var nested in Member(prefix + member.Name, member.Value))
                yield return nested;
        }
    }

    private static IEnumerable<(string Name, string Text)> Member(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Members(name + ".", value),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object) =>
            value.EnumerateArray().SelectMany((item, index) => Members($"{name}[{index}].", item)),
        JsonValueKind.String => [(name, value.GetString()!)],
        _ => [(name, JsonText.Line(value))],
    };
}
