using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>controller ls</c>, <c>controller get</c>, <c>controller pause</c>, <c>controller resume</c>, <c>controller replay</c> and <c>controller trigger</c>.</summary>
internal static class ControllerCommands
{
    private static readonly int[] ReplayWidths = [6, 20, 24, 0];

    public static Command Create(CommandHost host) => new("controller", "Shows controllers, halts them, and shows what they would have done")
    {
        List(host),
        Get(host),
        Change(host, "pause", "Lets a controller handle nothing more until it is resumed; its events wait in the log"),
        Change(host, "resume", "Goes on with a controller that was paused, where it was"),
        Replay(host),
        Trigger(host),
    };

    private static Argument<string> Name(CommandHost host)
    {
        var name = new Argument<string>("name") { Description = "Name of the controller", HelpName = "CONTROLLER" };
        name.CompletionSources.Add(_ => host.Names.Controllers());
        return name;
    }

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("ls", "Lists controllers") { format };
        command.Aliases.Add("list");
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var answer = await server.GetAsync("v1/controllers", cancellation);
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, answer, items => WriteTable(context.Out, items));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var name = Name(host);
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var after = new Option<string?>("--after") { Description = "Instances behind this one", HelpName = "KEY" };
        var limit = new Option<int>("--limit") { Description = "Most instances to show", HelpName = "NUMBER", DefaultValueFactory = _ => 100 };
        var command = new Command("get", "Shows one controller with its instances, its journal and its failures") { name, after, limit, format };
        host.Handle(command, async (context, cancellation) =>
        {
            var number = context.Parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture);
            using var server = context.Connect();
            var answer = await server.GetAsync(Query.Path(PathOf(context.Parsed.GetRequiredValue(name)), ("after", context.Parsed.GetValue(after)), ("limit", number)), cancellation);
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, answer);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Change(CommandHost host, string verb, string description)
    {
        var name = Name(host);
        var command = new Command(verb, description) { name };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var answer = await server.PostAsync($"{PathOf(context.Parsed.GetRequiredValue(name))}:{verb}", null, cancellation);
            if (answer.Member("controller") is { } controller)
                WriteTable(context.Out, [controller]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Trigger(CommandHost host)
    {
        var name = Name(host);
        var vm = new Option<string?>("--vm") { Description = "A VM that it is about", HelpName = "VM" };
        var data = new Option<string?>("--data") { Description = "The event's data, a JSON object", HelpName = "JSON" };
        var command = new Command("trigger", "Asks a controller for its work by the event NAME_REQUESTED, such as BACKUP_REQUESTED") { name, vm, data };
        host.Handle(command, async (context, cancellation) =>
        {
            var request = JsonText.Bytes(writer =>
            {
                writer.WriteStartObject();
                if (context.Parsed.GetValue(vm) is { } about)
                    writer.WriteString("vm", about);
                if (context.Parsed.GetValue(data) is { } given)
                {
                    writer.WritePropertyName("data");
                    DataOf(given).WriteTo(writer);
                }
                writer.WriteEndObject();
            });
            using var server = context.Connect();
            var answer = await server.PostAsync($"{PathOf(context.Parsed.GetRequiredValue(name))}:trigger", request, cancellation);
            context.Out.WriteLine($"{answer.Text("event")}: 'orchestrator event watch' shows what follows");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static JsonElement DataOf(string text)
    {
        try
        {
            return JsonElement.Parse(text) is { ValueKind: JsonValueKind.Object } data ? data : throw CliException.Usage($"--data: '{text}' is no JSON object");
        }
        catch (JsonException error)
        {
            throw CliException.Usage($"--data: '{text}' is no JSON object: {error.Message}");
        }
    }

    private static Command Replay(CommandHost host)
    {
        var name = Name(host);
        var from = new Option<string>("--from") { Description = "Where in the log to begin: beginning, cursor (the controller's own place) or a time such as 2026-01-31T12:00:00Z", HelpName = "PLACE", DefaultValueFactory = _ => "beginning" };
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json);
        var command = new Command("replay", "Runs a shadow of a controller over events of the past, and shows what it would have done") { name, from, format };
        host.Handle(command, async (context, cancellation) =>
        {
            var request = JsonText.Bytes(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("from", context.Parsed.GetValue(from));
                writer.WriteString("mode", "shadow");
                writer.WriteEndObject();
            });
            using var server = context.Connect();
            using var stream = await server.OpenAsync(HttpMethod.Post, $"{PathOf(context.Parsed.GetRequiredValue(name))}:replay", request, cancellation);
            var asTable = context.Parsed.GetValue(format) == OutputFormat.Table;
            var hasEnded = false;
            await foreach (var line in stream.ReadAsync(cancellation))
            {
                hasEnded |= line.Text("kind") == "End";
                if (asTable)
                    TextTable.WriteRow(context.Out, [new Cell(line.Text("kind") ?? "?", line.Text("kind") is "Error" or "Gap" ? Tone.Bad : Tone.Plain), line.Text("position"), line.Text("event"), line.Text("text")], ReplayWidths);
                else
                    context.Out.WriteDocument(JsonText.Line(line) + "\n");
                context.Out.Flush();
            }
            return hasEnded ? ExitCodes.Ok : throw new CliException(ExitCodes.Error, "the server ended the replay before its end: its log says why");
        });
        return command;
    }

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> controllers)
    {
        var table = new TextTable("NAME", "SCOPE", "MODE", "HEALTH", "INSTANCES", "LAG", "HANDLED", "FAILURES", "MESSAGE");
        foreach (var controller in controllers)
        {
            var counts = controller.Member("counts") ?? default;
            var health = controller.Text("health");
            table.Add(
                controller.Text("name"),
                controller.Text("scope"),
                controller.Text("mode"),
                new Cell(health ?? "", health switch { "Ok" => Tone.Good, "Failing" => Tone.Bad, _ => Tone.Plain }),
                Number(controller, "instances"),
                Number(controller, "lagEvents"),
                Number(counts, "events"),
                Number(counts, "failures"),
                controller.Text("message"));
        }
        table.WriteTo(output);
    }

    private static string? Number(JsonElement value, string name) => value.Number(name)?.ToString("0", CultureInfo.InvariantCulture);

    private static string PathOf(string name) => $"v1/controllers/{Uri.EscapeDataString(name)}";
}
