using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>event sub dead</c>, <c>event sub redeliver</c> and <c>event sub discard</c>: events that could not be delivered.</summary>
internal static class SubscriptionLetterCommands
{
    public static Command Dead(CommandHost host)
    {
        var id = SubscriptionCommands.Id();
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml, OutputFormat.Ndjson);
        var after = new Option<string?>("--after") { Description = "Begin behind this dead letter", HelpName = "LETTER" };
        var limit = new Option<int?>("--limit") { Description = "Most of them, up to 1000 [default: 100]", HelpName = "N" };
        var command = new Command("dead", "Lists events that could not be delivered, oldest first") { id, after, limit, format };
        host.Handle(command, async (context, cancellation) =>
        {
            var path = Query.Path(
                $"{SubscriptionCommands.PathOf(context.Parsed.GetRequiredValue(id))}/dead-letters",
                ("after", context.Parsed.GetValue(after)),
                ("limit", context.Parsed.GetValue(limit)?.ToString(CultureInfo.InvariantCulture)));
            using var server = context.Connect();
            var answer = await server.GetAsync(path, cancellation);
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, answer, items => WriteTable(context.Out, items));
            if (answer.Text("next") is { } next && !context.Quiet)
                context.Error.WriteLine($"there may be more: --after {next}");
            return ExitCodes.Ok;
        });
        return command;
    }

    public static Command Settle(CommandHost host, string verb, string description)
    {
        var id = SubscriptionCommands.Id();
        var letters = new Argument<string[]>("letters") { Description = "Dead letters, as 'event sub dead' shows them", HelpName = "LETTER", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Arity = ArgumentArity.Zero, Description = "All of the subscription" };
        var command = new Command(verb, description) { id, letters, all };
        host.Handle(command, async (context, cancellation) =>
        {
            var named = context.Parsed.GetValue(letters) ?? [];
            if (named.Length > 0 == context.Parsed.GetValue(all))
                throw CliException.Usage("which dead letters? Name some, or give --all");
            var request = JsonText.Bytes(writer =>
            {
                writer.WriteStartObject();
                if (named.Length > 0)
                    JobRequest.WriteStrings(writer, "ids", named);
                else
                    writer.WriteBoolean("all", true);
                writer.WriteEndObject();
            });
            using var server = context.Connect();
            var answer = await server.PostAsync($"{SubscriptionCommands.PathOf(context.Parsed.GetRequiredValue(id))}:{verb}", request, cancellation);
            context.Out.WriteLine($"{(answer.Member("deadLetters") is { } count ? JsonText.Line(count) : "?")} dead letters to {verb}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> items)
    {
        var table = new TextTable("LETTER", "FAILED AT", "ATTEMPTS", "TYPE", "VM", "REASON");
        foreach (var item in items)
        {
            var happened = item.Member("event");
            table.Add(item.Text("id"), item.Text("failedAt"), item.Member("attempts") is { ValueKind: JsonValueKind.Number } attempts ? attempts.GetRawText() : "", happened?.Text("type"), happened?.Text("subject"), item.Text("reason"));
        }
        table.WriteTo(output);
    }
}
