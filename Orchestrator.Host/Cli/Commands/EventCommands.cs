using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Events;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>event watch</c>, <c>event ls</c> and <c>event get</c>: what happens to VMs, what happened, and a line where some of it is missing.</summary>
internal static class EventCommands
{
    private const int MaxListed = 100_000;
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    public static Command Create(CommandHost host) => new("event", "Shows events of VMs") { List(host), Get(host), Watch(host), SubscriptionCommands.Create(host) };

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var limit = new Option<int>("--limit") { Description = $"The newest so many, from 1 to {MaxListed}", HelpName = "N", DefaultValueFactory = _ => 100 };
        var options = new EventOptions();
        var command = new Command("ls", "Lists what happened, the newest last; without a place to begin at, within the last hour") { limit, format };
        command.Aliases.Add("list");
        options.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var most = context.Parsed.GetValue(limit) is >= 1 and <= MaxListed and var given ? given : throw CliException.Usage($"--limit: a number from 1 to {MaxListed}");
            var source = await options.ReadAsync(context, cancellation);
            if (source.Start.Count == 0)
                source = source with { Start = [("since", "1h")] };
            using var server = context.Connect();
            var (newest, count) = await ReadNewestAsync(server, source, most, cancellation);
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, Items(newest), items => WriteRows(context.Out, items));
            if (count > most && !context.Quiet)
                context.Error.WriteLine($"the newest {most} of {count} events: --limit shows more");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var id = new Argument<string>("id") { Description = "An event's id, EPOCH:SEQUENCE", HelpName = "ID" };
        var command = new Command("get", "Shows one event") { id, format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var answer = await server.GetAsync($"v1/events/{Uri.EscapeDataString(context.Parsed.GetRequiredValue(id))}", cancellation);
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, answer);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Watch(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json);
        var initial = new Option<bool>("--initial") { Description = "Begin with the VMs as they are", Arity = ArgumentArity.Zero };
        var reconnect = Patience();
        var options = new EventOptions();
        var command = new Command("watch", "Shows events until Ctrl-C, which tells the cursor to go on with") { initial, reconnect, format };
        options.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var source = await options.ReadAsync(context, cancellation);
            if (context.Parsed.GetValue(initial))
                source = source.Start.Count == 0 ? source with { Start = [("initial", "true")] } : throw CliException.Usage("--initial begins with the VMs as they are now: leave out --cursor, --since and --from-beginning");
            using var server = context.Connect();
            var follower = new EventFollower(server, source, context.Parsed.GetValue(reconnect) ?? DefaultPatience, context.Environment.Time);
            try
            {
                await follower.FollowAsync(entry => Show(context.Out, context.Parsed.GetValue(format)!, entry), cancellation);
            }
            finally
            {
                context.Out.Flush();
                if (follower.Cursor is { } cursor && !context.Quiet)
                    context.Error.WriteLine($"to go on from here: --cursor {cursor}");
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Option<TimeSpan?> Patience() => new("--reconnect")
    {
        Description = "How long to wait for a server that ended or broke the stream to come back; 0: not at all, 30s by default",
        HelpName = "DURATION",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (text is "0" or "0s")
                return TimeSpan.Zero;
            if (Durations.TryParse(text, out var duration))
                return duration;
            result.AddError($"--reconnect: '{text}' is neither 0 nor a duration up to 24h, such as 30s or 5m");
            return null;
        },
    };

    private static void Show(TerminalWriter output, string format, JsonElement entry)
    {
        if (format == OutputFormat.Table)
            EventLine.Write(output, entry);
        else
            output.WriteDocument(JsonText.Line(entry) + "\n");
        output.Flush();
    }

    private static void WriteRows(TerminalWriter output, IEnumerable<JsonElement> items)
    {
        foreach (var item in items)
            EventLine.Write(output, item);
    }

    /// <summary>Reads to the end of what there is, and keeps the newest: the server tells the oldest first.</summary>
    private static async Task<(Queue<JsonElement> Newest, int Count)> ReadNewestAsync(ServerClient server, EventSource source, int most, CancellationToken cancellation)
    {
        var (newest, count) = (new Queue<JsonElement>(), 0);
        using var stream = await server.OpenAsync(HttpMethod.Get, source.Path(("follow", "false")), null, cancellation);
        await foreach (var entry in stream.ReadAsync(cancellation))
        {
            if (entry.Text("type") == EventLine.Error)
                throw new CliException(ExitCodes.Error, entry.Member("data")?.Text("detail") ?? "the server cannot read its log of events");
            if (entry.Text("type") == EventLine.CaughtUp)
                return (newest, count);
            newest.Enqueue(entry);
            count++;
            if (newest.Count > most)
                newest.Dequeue();
        }
        throw new CliException(ExitCodes.Error, "the server ended the stream before its end: it is stopping");
    }

    private static JsonElement Items(IEnumerable<JsonElement> items) => JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("items");
        foreach (var item in items)
            item.WriteTo(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
