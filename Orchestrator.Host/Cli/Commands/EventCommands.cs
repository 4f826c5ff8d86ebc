using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>event watch</c>: events as they happen, and a line where some were missed.</summary>
internal static class EventCommands
{
    private const string Gap = "io.orchestrator.stream.gap";
    private const string Prefix = "io.orchestrator.";
    private static readonly int[] Widths = [24, 16, 28, 0];

    public static Command Create(CommandHost host) => new("event", "Shows events of VMs") { Watch(host), SubscriptionCommands.Create(host) };

    private static Command Watch(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json);
        var type = new Option<string?>("--type") { Description = "Only events whose type matches, such as 'io.orchestrator.guest.*'", HelpName = "GLOB" };
        var after = new Option<string?>("--after") { Description = "Begin behind this sequence number, with what the server still keeps", HelpName = "SEQUENCE" };
        var targets = new TargetOptions();
        var command = new Command("watch", "Shows events until Ctrl-C") { type, after, format };
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            var path = Query.Path("v1/events", ("type", context.Parsed.GetValue(type)), ("target", selector), ("after", context.Parsed.GetValue(after)));
            using var server = context.Connect();
            using var stream = await server.OpenAsync(HttpMethod.Get, path, null, cancellation);
            var asTable = context.Parsed.GetValue(format) == OutputFormat.Table;
            await foreach (var entry in stream.ReadAsync(cancellation))
            {
                if (asTable)
                    WriteRow(context.Out, entry);
                else
                    context.Out.WriteDocument(JsonText.Line(entry) + "\n");
                context.Out.Flush();
            }
            throw new CliException(ExitCodes.Error, "the server ended the stream of events: it is stopping");
        });
        return command;
    }

    private static void WriteRow(TerminalWriter output, JsonElement entry)
    {
        var data = entry.Member("data");
        var type = entry.Text("type") ?? "?";
        if (type == Gap)
            TextTable.WriteRow(output, ["", "", new Cell("missed", Tone.Bad), $"{Raw(data?.Member("from"))} to {Raw(data?.Member("to"))}: {data?.Text("reason")}"], Widths);
        else
            TextTable.WriteRow(output, [Time(entry.Text("time")), entry.Text("subject"), type.StartsWith(Prefix, StringComparison.Ordinal) ? type[Prefix.Length..] : type, Raw(data?.Member("data"))], Widths);
    }

    /// <summary>In UTC to the millisecond, so that the columns stand; what is no time is shown as it is.</summary>
    private static string? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) : text;

    private static string Raw(JsonElement? value) => value is { } given ? JsonText.Line(given) : "";
}
