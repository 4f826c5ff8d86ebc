using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Freezes;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>thaw</c>: a group by its id, or VMs by selector, under whichever lease they are frozen.</summary>
internal static class ThawCommand
{
    public static Command Create(CommandHost host)
    {
        var group = new Argument<string?>("group") { Description = "Id of a group, as 'freeze' printed it", HelpName = "GROUP", Arity = ArgumentArity.ZeroOrOne };
        var force = new Option<bool>("--force-thaw") { Arity = ArgumentArity.Zero, Description = "Also VMs that somebody else has frozen" };
        var format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Json, OutputFormat.Yaml);
        var targets = new TargetOptions();
        var command = new Command("thaw", "Thaws the filesystems of VMs") { group, force, format };
        targets.AddTo(command, host);
        host.Handle(command, async (context, cancellation) =>
        {
            var selector = await targets.OptionalAsync(context, cancellation);
            var id = context.Parsed.GetValue(group);
            if (id is null == selector is null)
                throw CliException.Usage("which VMs? Give the id of a group, or -t SELECTOR, or --all for every VM");
            using var server = context.Connect(FreezeCommand.AnswerTimeout);
            return id is not null
                ? ReportGroup(context, context.Parsed.GetValue(format)!, await server.PostAsync($"v1/freezes/{Uri.EscapeDataString(id)}:thaw", null, cancellation))
                : ReportVms(context, context.Parsed.GetValue(format)!, await server.PostAsync("v1/freezes:thaw", Request(selector!, context.Parsed.GetValue(force)), cancellation));
        });
        return command;
    }

    private static int ReportGroup(CliContext context, string format, JsonElement group)
    {
        if (format == OutputFormat.Table)
            FreezeTable.Write(context.Out, FreezeTable.Vms(group));
        else
            Listing.WriteOne(context.Out, format, group);
        // Why it failed to freeze was told when it did.
        return FreezeTable.ExitCode(group) == ExitCodes.Unknown ? ExitCodes.Unknown : ExitCodes.Ok;
    }

    private static int ReportVms(CliContext context, string format, JsonElement answer)
    {
        Listing.Write(context.Out, format, answer, vms =>
        {
            var table = new TextTable("NAME", "RESULT", "MESSAGE");
            foreach (var vm in vms)
                table.Add(vm.Text("name"), new Cell(vm.Text("result") ?? "", vm.Text("result") is "Thawed" or "NotFrozen" ? Tone.Good : Tone.Bad), vm.Text("message"));
            table.WriteTo(context.Out);
        });
        string?[] results = [.. answer.Items().Select(vm => vm.Text("result"))];
        return results.Contains("Pending") ? ExitCodes.Unknown : results.Any(result => result is "Foreign" or "Failed") ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static byte[] Request(string target, bool force) => JsonText.Bytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("target", target);
        writer.WriteBoolean("force", force);
        writer.WriteEndObject();
    });
}
