using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>vm ls</c>, <c>vm get</c>, <c>vm watch</c> and <c>vm release</c>.</summary>
internal static class VmCommands
{
    public static Command Create(CommandHost host) => new("vm", "Shows VMs, and releases their guests from quarantine") { List(host), Get(host), Watch(host), ReleaseCommand.Create(host) };

    private static Command List(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Wide, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var targets = new TargetOptions();
        var command = new Command("ls", "Lists VMs") { format };
        command.Aliases.Add("list");
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            using var server = context.Connect();
            var answer = await server.GetAsync(Query.Path("v1/vms", ("target", selector)), cancellation);
            var form = context.Parsed.GetValue(format)!;
            Listing.Write(context.Out, form, answer, items => VmTable.Write(context.Out, items, wide: form == OutputFormat.Wide));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Get(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);
        var vm = new Argument<string>("vm") { Description = "Name or UUID", HelpName = "VM" };
        vm.CompletionSources.Add(_ => host.Names.Vms());
        var command = new Command("get", "Shows one VM") { vm, format };
        host.Handle(command, async (context, cancellation) =>
        {
            using var server = context.Connect();
            var answer = await server.GetAsync($"v1/vms/{Uri.EscapeDataString(context.Parsed.GetRequiredValue(vm))}", cancellation);
            Listing.WriteOne(context.Out, context.Parsed.GetValue(format)!, answer);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Watch(CommandHost host)
    {
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json);
        var targets = new TargetOptions();
        var command = new Command("watch", "Shows VMs, and then every change until Ctrl-C") { format };
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            using var server = context.Connect();
            using var stream = await server.OpenAsync(HttpMethod.Get, Query.Path("v1/vms:watch", ("target", selector)), null, cancellation);
            var asTable = context.Parsed.GetValue(format) == OutputFormat.Table;
            if (asTable)
                VmTable.WriteHeading(context.Out);
            await foreach (var line in stream.ReadAsync(cancellation))
                WriteChange(context.Out, line, asTable);
            throw new CliException(ExitCodes.Error, "the server ended the watch: it is stopping, or this reader fell behind");
        });
        return command;
    }

    private static void WriteChange(TerminalWriter output, JsonElement line, bool asTable)
    {
        if (!asTable)
            output.WriteDocument(JsonText.Line(line) + "\n");
        else if (line.Member("vm") is { } vm)
            VmTable.WriteRow(output, vm);
        else if (line.Member("gone") is { } gone)
            VmTable.WriteGone(output, gone);
        output.Flush();
    }
}
