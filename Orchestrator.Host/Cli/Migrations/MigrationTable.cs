using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Migrations;

/// <summary>What became of migrations, as rows; and how far those are that go on.</summary>
internal static class MigrationTable
{
    /// <summary>A row for each VM.</summary>
    public static void Write(TerminalWriter output, IReadOnlyList<OutcomeView> outcomes)
    {
        var table = new TextTable("NAME", "FROM", "PHASE", "DESTINATION", "DOWNTIME", "TOOK", "SENT", "REASON", "MESSAGE");
        foreach (var outcome in outcomes)
        {
            var result = outcome.Json.Member("result");
            table.Add(outcome.Name, outcome.Host, new Cell(outcome.Phase, Phases.Tone(outcome.Phase)), result?.Text("destination"), Duration(result, "downtimeMs"), Duration(result, "elapsedMs"),
                result?.Number("transferredBytes") is { } sent ? Bytes((long)sent) : "", outcome.Reason, outcome.Explanation);
        }
        table.WriteTo(output);
    }

    /// <summary>How far a job's migrations are, together.</summary>
    /// <param name="items">Of <c>GET /v1/migrations</c>.</param>
    /// <returns>Of <c>Total</c>; in words.</returns>
    public static (int Done, int Total, string Text) Progress(IEnumerable<JsonElement> items)
    {
        JsonElement[] all = [.. items];
        JsonElement[] ended = [.. all.Where(migration => migration.Text("phase") == "Ended")];
        JsonElement[] running = [.. all.Where(migration => migration.Text("phase") is not ("Ended" or "Queued"))];
        var (copied, total) = (running.Sum(migration => Number(migration, "totalBytes") - Number(migration, "remainingBytes")), running.Sum(migration => Number(migration, "totalBytes")));
        var percent = (int)(ended.Length * 100 + running.Sum(migration => Number(migration, "percent")));
        var stages = string.Join(", ", running.GroupBy(migration => migration.Text("phase")).Select(phase => $"{phase.Count()} {phase.Key}"));
        return (percent, all.Length * 100, string.Create(CultureInfo.InvariantCulture, $"{ended.Length} of {all.Length}{(stages.Length > 0 ? $", {stages}" : "")}{(total > 0 ? $", {Bytes((long)copied)} of {Bytes((long)total)}" : "")}"));
    }

    /// <summary>For people: <c>80.5 MB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };

    private static string Duration(JsonElement? result, string member) =>
        result?.Member(member) is { ValueKind: JsonValueKind.Number } number ? Durations.Format(number.GetDouble()) : "";

    private static double Number(JsonElement of, string member) => of.Member(member) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : 0;
}
