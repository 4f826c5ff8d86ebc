using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>event sub</c>: receivers to which the server sends events.</summary>
internal static class SubscriptionCommands
{
    /// <summary>The server asks, or tests, the receiver before it answers, for a minute at most.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(75);

    public static Command Create(CommandHost host) => new("sub", "Sends events to receivers over HTTP, as they happen and until they are acknowledged")
    {
        Make(host),
        List(host),
        Get(host),
        Remove(host),
        Change(host, "pause", "Sends nothing more until it is resumed; nothing is lost"),
        Change(host, "resume", "Goes on where it was, at once"),
        Test(host),
        Rotate(host),
        SubscriptionLetterCommands.Dead(host),
        SubscriptionLetterCommands.Settle(host, "redeliver", "Sends dead letters again, once each"),
        SubscriptionLetterCommands.Settle(host, "discard", "Forgets dead letters"),
    };

    /// <summary>The subscription that a command is about.</summary>
    public static Argument<string> Id() => new("subscription") { Description = "Id of a subscription, as 'event sub ls' shows it", HelpName = "ID" };

    /// <summary>Its path.</summary>
    public static string PathOf(string id) => $"v1/subscriptions/{Uri.EscapeDataString(id)}";

    private static Command Make(CommandHost host)
    {
        var url = new Argument<string>("url") { Description = "Receiver, http or https", HelpName = "URL" };
        var options = new SubscriptionOptions();
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        var targets = new TargetOptions();
        var command = new Command("create", "Makes a subscription and shows its secret, once") { url, format };
        options.AddTo(command);
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            using var server = context.Connect(AnswerTimeout);
            var made = await server.PostAsync("v1/subscriptions", options.Request(context, context.Parsed.GetRequiredValue(url), selector), cancellation);
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, made);
            if (!context.Quiet)
                context.Error.WriteLine("keep the secret: it is not shown again");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml, OutputFormat.Ndjson);
        var command = new Command("ls", "Lists the subscriptions and how they go") { format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, await server.GetAsync("v1/subscriptions", cancellation), items => WriteTable(context.Out, items));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> items)
    {
        var table = new TextTable("ID", "NAME", "URL", "STATUS", "DELIVERED", "DEAD", "LAG", "LAST ERROR");
        foreach (var item in items)
            table.Add(item.Text("id"), item.Text("name"), item.Text("url"), Status(item), Number(item, "delivered"), Number(item, "deadLetters"), Number(item, "lag"), item.Member("pause")?.Text("reason") ?? item.Text("lastError"));
        table.WriteTo(output);
    }

    private static Cell Status(JsonElement item) => new(item.Text("status") ?? "", item.Text("status") switch
    {
        "Active" => Tone.Good,
        "Failing" => Tone.Bad,
        _ => Tone.Warning,
    });

    private static string Number(JsonElement item, string member) => item.Member(member) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : "";

    private static Command Get(CommandHost host) => Show(host, new Command("get", "Shows a subscription"), (server, id, cancellation) => server.GetAsync(PathOf(id), cancellation));

    private static Command Rotate(CommandHost host)
    {
        var secret = new Option<string?>("--secret") { Description = "The new secret, 'whsec_' and base64 [default: a new one]", HelpName = "SECRET" };
        var command = new Command("rotate", "Changes the secret and shows the new one, once; for a day requests are signed with both") { secret };
        var (id, format) = (Id(), OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml));
        command.Add(id);
        command.Add(format);
        host.Handle(command, async (context, cancellation) =>
        {
            var request = JsonText.Bytes(writer =>
            {
                writer.WriteStartObject();
                if (context.Parsed.GetValue(secret) is { } given)
                    writer.WriteString("secret", given);
                writer.WriteEndObject();
            });
            using var server = context.Connect();
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, await server.PostAsync($"{PathOf(context.Parsed.GetRequiredValue(id))}:rotate", request, cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Show(CommandHost host, Command command, Func<ServerClient, string, CancellationToken, Task<JsonElement>> ask)
    {
        var (id, format) = (Id(), OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml));
        command.Add(id);
        command.Add(format);
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, await ask(server, context.Parsed.GetRequiredValue(id), cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Change(CommandHost host, string verb, string description) =>
        Short(host, new Command(verb, description), (server, id, cancellation) => server.PostAsync($"{PathOf(id)}:{verb}", null, cancellation), answer => $"{answer.Text("id")} {answer.Text("status")}");

    private static Command Remove(CommandHost host) =>
        Short(host, new Command("rm", "Forgets a subscription with its dead letters"), (server, id, cancellation) => server.DeleteAsync(PathOf(id), cancellation), answer => $"{answer.Text("id")} deleted");

    private static Command Short(CommandHost host, Command command, Func<ServerClient, string, CancellationToken, Task<JsonElement>> ask, Func<JsonElement, string> tell)
    {
        var id = Id();
        command.Add(id);
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            context.Out.WriteLine(tell(await ask(server, context.Parsed.GetRequiredValue(id), cancellation)));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Test(CommandHost host)
    {
        var id = Id();
        var command = new Command("test", "Sends a test event now and tells what came back") { id };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect(AnswerTimeout);
            var answer = await server.PostAsync($"{PathOf(context.Parsed.GetRequiredValue(id))}:test", null, cancellation);
            context.Out.WriteLine($"{answer.Text("message")} ({Durations.Format(answer.Number("elapsedMs") ?? 0)})");
            return answer.IsTrue("delivered") ? ExitCodes.Ok : ExitCodes.Failed;
        });
        return command;
    }
}
