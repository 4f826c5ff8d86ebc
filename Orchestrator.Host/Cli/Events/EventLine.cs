using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Events;

/// <summary>Events for people: a row each.</summary>
internal static class EventLine
{
    /// <summary>Type of an event that tells which are missing.</summary>
    public const string Gap = "io.orchestrator.stream.gap";

    /// <summary>Type of an event that tells why the stream ends.</summary>
    public const string Error = "io.orchestrator.stream.error";

    /// <summary>Type of an event that tells that all that there was has been told.</summary>
    public const string CaughtUp = "io.orchestrator.stream.caughtup";
    private const string Stalled = "io.orchestrator.stream.stalled";
    private const string Resumed = "io.orchestrator.stream.resumed";
    private const string Snapshot = "io.orchestrator.vm.snapshot";
    private const string Prefix = "io.orchestrator.";
    private static readonly int[] Widths = [24, 16, 28, 0];

    /// <summary>Writes an event's row; what is only for programs has none.</summary>
    public static void Write(TerminalWriter output, JsonElement entry)
    {
        var type = entry.Text("type") ?? "?";
        if (type is CaughtUp or Error)
            return;
        if (type == Gap)
            TextTable.WriteRow(output, ["", "", new Cell("missed", Tone.Bad), Missed(entry.Member("data"))], Widths);
        else if (type == Stalled)
            TextTable.WriteRow(output, [Time(entry.Text("time")), "", new Cell("waiting", Tone.Bad), $"for the events of {entry.Member("data")?.Text("host")}: {entry.Member("data")?.Text("reason")}"], Widths);
        else if (type == Resumed)
            TextTable.WriteRow(output, ["", "", "resumed", $"{entry.Member("data")?.Text("host")} answers again: its events since {Time(entry.Member("data")?.Text("since"))} follow"], Widths);
        else
            TextTable.WriteRow(output, [Time(entry.Text("time")), entry.Text("subject"), type.StartsWith(Prefix, StringComparison.Ordinal) ? type[Prefix.Length..] : type, What(type, entry.Member("data"))], Widths);
    }

    /// <summary>A gap as the server would tell it, for a reader who was only told that its cursor has expired.</summary>
    public static JsonElement GapOf(string reason, string resyncFrom, string? cause) => JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", $"gap:{resyncFrom}");
        json.WriteString("source", "/");
        json.WriteString("type", Gap);
        json.WriteString("cursor", resyncFrom);
        json.WriteStartObject("data");
        json.WriteString("cause", cause);
        json.WriteString("reason", reason);
        json.WriteString("resyncFrom", resyncFrom);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static string Missed(JsonElement? data)
    {
        var range = data?.Member("from") is { } from ? $"{JsonText.Line(from)} to {Raw(data?.Member("to"))}: " : "";
        return range + data?.Text("reason");
    }

    private static string What(string type, JsonElement? data) =>
        type == Snapshot ? $"{data?.Text("state")}, agent {data?.Text("agent")}" : Raw(data?.Member("data"));

    /// <summary>In UTC to the millisecond, so that the columns stand; what is no time is shown as it is.</summary>
    private static string? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : text;

    private static string Raw(JsonElement? value) => value is { } given ? JsonText.Line(given) : "";
}
