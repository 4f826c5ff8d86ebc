using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>node ls</c>, <c>node get</c>, <c>node drain</c> and <c>node remove</c>: the nodes of a cluster.</summary>
internal static class NodeCommands
{
    public static Command Create(CommandHost host) => new("node", "Shows the nodes of a cluster, and lets them leave it") { List(host), Get(host), Drain(host), Remove(host) };

    private static Argument<string> Name(CommandHost host)
    {
        var name = new Argument<string>("name") { Description = "Name of the node", HelpName = "NODE" };
        name.CompletionSources.Add(_ => host.Names.Nodes());
        return name;
    }

    private static string PathOf(string name) => $"v1/nodes/{Uri.EscapeDataString(name)}";

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("ls", "Lists nodes") { format };
        command.Aliases.Add("list");
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            Listing.Write(context.Out, context.Parsed.GetValue(format)!, await server.GetAsync("v1/nodes", cancellation), items => WriteTable(context.Out, items));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var name = Name(host);
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var command = new Command("get", "Shows one node") { name, format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, await server.GetAsync(PathOf(context.Parsed.GetRequiredValue(name)), cancellation));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Drain(CommandHost host)
    {
        var name = Name(host);
        var command = new Command("drain", "Lets a node hand over what it does, leave the cluster and end; its VMs run on") { name };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            WriteTable(context.Out, [await server.PostAsync($"{PathOf(context.Parsed.GetRequiredValue(name))}:drain", null, cancellation)]);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Remove(CommandHost host)
    {
        var name = Name(host);
        var yes = new Option<bool>("--yes", "-y") { Arity = ArgumentArity.Zero, Description = "Do not ask" };
        var command = new Command("remove", "Takes a node that does not answer out of the cluster, and forgets it with its VMs") { name, yes };
        host.Handle(command, async (context, cancellation) =>
        {
            var given = context.Parsed.GetRequiredValue(name);
            if (!context.Parsed.GetValue(yes))
                await Confirmation.TypeAsync(context, $"removing the node '{given}', whose VMs nobody supervises then,", "its name", given, cancellation);
            using var server = context.Connect();
            var removed = await server.PostAsync($"{PathOf(given)}:remove", null, cancellation);
            context.Out.WriteLine($"{removed.Text("name")} removed");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> nodes)
    {
        var table = new TextTable("NAME", "STATE", "LEADER", "ROLES", "VMS", "DUTIES", "ADDRESS", "VERSION");
        foreach (var node in nodes)
        {
            table.Add(
                node.Text("name"), State(node), node.IsTrue("isLeader") ? "yes" : "", string.Join(',', node.Items("roles").Select(JsonText.Line).Select(role => role.Trim('"'))),
                node.Number("vms") is { } vms ? JsonText.Line(node.Member("vms")!.Value) : "", node.Member("duties") is { ValueKind: JsonValueKind.Array } duties ? duties.GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture) : "",
                node.Text("address"), node.Text("version"));
        }
        table.WriteTo(output);
    }

    private static Cell State(JsonElement node) => new(node.Text("state") ?? "", node.Text("state") switch
    {
        "Up" => Tone.Good,
        "Unreachable" or "Gone" => Tone.Bad,
        _ => Tone.Warning,
    });
}
