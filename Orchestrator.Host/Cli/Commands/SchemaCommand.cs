using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>schema</c>: what commands, events and types there are, and what one of them takes and means.</summary>
internal static class SchemaCommand
{
    public static Command Create(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var name = new Argument<string?>("name") { Description = "A command, an event or a type; without it, all are listed", HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => host.Names.Schemas());
        var command = new Command("schema", "Shows what guest commands, events and types there are") { name, format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var wanted = context.Parsed.GetValue(name);
            var answer = await server.GetAsync(wanted is null ? "v1/schemas" : $"v1/schemas/{Uri.EscapeDataString(wanted)}", cancellation);
            var form = context.Parsed.GetValue(format)!;
            if (form != OutputFormat.Table)
                Listing.WriteOne(context.Out, form, answer);
            else if (wanted is null)
                WriteNames(context.Out, answer);
            else
                SchemaText.Write(context.Out, answer);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteNames(TerminalWriter output, JsonElement answer)
    {
        var table = new TextTable("KIND", "NAME");
        foreach (var (kind, list) in ((string, string)[])[("command", "items"), ("event", "events"), ("type", "types")])
        {
            foreach (var name in answer.Items(list))
                table.Add(kind, name.GetString());
        }
        table.WriteTo(output);
    }
}
