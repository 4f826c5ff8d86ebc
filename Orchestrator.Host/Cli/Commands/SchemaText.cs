using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary>One answer of <c>GET /v1/schemas/{name}</c> as a page to read: heading, meaning, members, result.</summary>
internal static class SchemaText
{
    public static void Write(TerminalWriter output, JsonElement schema)
    {
        output.WriteLine(string.Join(", ", Heading(schema)));
        if (schema.Text("documentation") is { Length: > 0 } documentation)
            output.Write($"\n{documentation}\n");
        WriteMembers(output, "arguments", schema.Items("arguments"));
        WriteMembers(output, schema.Text("kind") == "event" ? "data" : "members", schema.Items("members"));
        WriteRows(output, "values", schema.Items("values").Select(value => new Cell[] { value.Text("name"), value.Text("documentation") }));
        if (schema.Member("branches") is { ValueKind: JsonValueKind.Object } branches)
            WriteRows(output, $"more members by '{schema.Text("discriminator")}'", branches.EnumerateObject().Select(branch => new Cell[] { branch.Name, branch.Value.GetString() }));
    }

    private static IEnumerable<string> Heading(JsonElement schema)
    {
        yield return $"{schema.Text("kind")} {schema.Text("name")}{(schema.Text("returns") is { } returns ? $" -> {returns}" : "")}";
        if (schema.Text("class") is { } @class)
            yield return @class;
        if (schema.Items("features").Select(feature => feature.GetString()).Except(["read-only", "idempotent"]).ToArray() is { Length: > 0 } features)
            yield return string.Join(", ", features);
        if (schema.Text("since") is { } since)
            yield return $"since {since}";
    }

    private static void WriteMembers(TerminalWriter output, string title, IEnumerable<JsonElement> members) => WriteRows(output, title, members.Select(member => new Cell[]
    {
        new(member.Text("name") ?? "", Tone.Heading),
        member.IsTrue("base64") ? "base64" : member.Text("type"),
        member.IsTrue("optional") ? "optional" : "",
        member.Text("documentation"),
    }));

    private static void WriteRows(TerminalWriter output, string title, IEnumerable<Cell[]> rows)
    {
        var all = rows.ToArray();
        if (all.Length == 0)
            return;
        output.Write($"\n{title}:\n");
        var table = new TextTable(new int[all[0].Length + 1]);
        foreach (var row in all)
            table.Add(["", .. row]);
        table.WriteTo(output);
    }
}
