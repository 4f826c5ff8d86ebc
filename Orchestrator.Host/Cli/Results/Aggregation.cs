using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>How often each value of a member is there.</summary>
/// <param name="Member">Where the values were looked for.</param>
/// <param name="Rows">What gave no value first, then the most frequent value.</param>
/// <param name="Numbers">Of the values that are numbers; <see langword="null"/> if there is none.</param>
internal sealed record Aggregation(MemberPath Member, IReadOnlyList<AggregationRow> Rows, NumberSummary? Numbers)
{
    /// <summary>Values of those that succeeded; the others by phase and reason. A VM counts once for a value, however often it has it.</summary>
    public static Aggregation Of(IReadOnlyList<OutcomeView> outcomes, MemberPath member)
    {
        var values = OutcomeNames.Of(outcomes).SelectMany(pair => ValuesOf(pair.Outcome, member).Select(value => (pair.Name, pair.Outcome, Value: value))).ToArray();
        var rows = values
            .GroupBy(entry => (Phases.Severity(entry.Outcome.Phase), entry.Outcome.Succeeded ? "" : entry.Outcome.Reason, HasValue: entry.Value is not null, Text: entry.Value is { } value ? JsonText.Line(JsonText.Sorted(value)) : ""))
            .Select(group => (group.Key, Row: new AggregationRow(group.First().Value, group.First().Outcome, [.. group.Select(entry => entry.Name).Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance)])))
            .OrderBy(entry => entry.Key.Item1)
            .ThenBy(entry => entry.Key.HasValue)
            .ThenByDescending(entry => entry.Row.Names.Count)
            .ThenBy(entry => entry.Key.Text, NaturalOrder.Instance)
            .Select(entry => entry.Row);
        return new Aggregation(member, [.. rows], NumberSummary.Of(values.Where(entry => entry.Value is { ValueKind: JsonValueKind.Number }).Select(entry => (entry.Name, entry.Value!.Value.GetDouble()))));
    }

    public void Write(TerminalWriter output, string format, JobView job)
    {
        switch (format)
        {
            case OutputFormat.Json:
                output.WriteDocument(JsonText.Document(Document(job)) + "\n");
                break;
            case OutputFormat.Yaml:
                output.WriteDocument(YamlText.Document(Document(job)));
                break;
            case OutputFormat.Ndjson:
                foreach (var row in Rows)
                    output.WriteDocument(JsonText.Line(JsonText.Build(row.WriteTo)) + "\n");
                break;
            default:
                WriteTable(output);
                break;
        }
    }

    private static IEnumerable<JsonElement?> ValuesOf(OutcomeView outcome, MemberPath member)
    {
        if (!outcome.Succeeded || outcome.Value is not { } value)
            return [null];
        return member.Select(value).Select(found => (JsonElement?)found).DefaultIfEmpty(null);
    }

    private void WriteTable(TerminalWriter output)
    {
        var table = new TextTable("COUNT", "VMS", "VALUE");
        foreach (var row in Rows)
            table.Add(row.Names.Count.ToString(CultureInfo.InvariantCulture), NodeSetText.Fold(row.Names), row.Cell(Member));
        table.WriteTo(output);
        if (Numbers is { } numbers)
            output.WriteLine(numbers.ToString());
    }

    private JsonElement Document(JobView job) => JobDocument.Build(
        job,
        "groups",
        writer =>
        {
            foreach (var row in Rows)
                row.WriteTo(writer);
        },
        writer =>
        {
            writer.WriteString("member", Member.ToString());
            Numbers?.WriteTo(writer);
        });
}
