using System.CommandLine;
using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Freezes;
using Orchestrator.Host.Cli.Jobs;
using Orchestrator.Host.Cli.Output;
using Orchestrator.Host.Cli.Targets;

namespace Orchestrator.Host.Cli.Commands;

/// <summary><c>snapshot</c>: the disks of VMs, all of one moment, with their filesystems frozen.</summary>
internal sealed class SnapshotCommand
{
    private readonly TargetOptions _targets = new();
    private readonly Option<string> _name = new("--name") { Description = "Part of the new files' names", HelpName = "NAME", Required = true };
    private readonly Option<string?> _directory = new("--dir") { Description = "Where the new files go [default: beside each disk]", HelpName = "DIR" };
    private readonly Option<string> _mode = new Option<string>("--mode") { Description = "Kind of snapshot: external", HelpName = "MODE", DefaultValueFactory = _ => "external" }.AcceptOnlyFromAmong("external");
    private readonly Option<string> _require = FreezeCommand.RequireOption("fs", "app", "any");
    private readonly Option<bool> _together = new("--thaw-together") { Arity = ArgumentArity.Zero, Description = "Thaw all when the last VM's disks are done with, not each as soon as it can be" };
    private readonly Option<string> _format = OutputFormat.Option(OutputFormat.Table, OutputFormat.Ndjson, OutputFormat.Json, OutputFormat.Yaml);

    public static Command Create(CommandHost host)
    {
        var snapshot = new SnapshotCommand();
        var command = new Command("snapshot", "Takes a snapshot of the disks of VMs, all of one moment") { snapshot._name, snapshot._directory, snapshot._mode, snapshot._require, snapshot._together, snapshot._format };
        snapshot._targets.AddTo(command, host);
        host.Handle(command, snapshot.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CliContext context, CancellationToken cancellation)
    {
        var target = await _targets.RequiredAsync(context, cancellation);
        using var server = context.Connect(FreezeCommand.AnswerTimeout);
        var answer = await server.PostAsync("v1/snapshots", Request(context, target), cancellation);
        var tally = new JobTally();
        foreach (var vm in answer.Items())
            tally.Add(new OutcomeView(vm));
        Listing.Write(context.Out, context.Parsed.GetValue(_format)!, answer, vms => WriteTable(context.Out, vms));
        return tally.ExitCode();
    }

    private static void WriteTable(TerminalWriter output, IEnumerable<JsonElement> vms)
    {
        var table = new TextTable("NAME", "PHASE", "CONSISTENCY", "FROZEN", "DISK", "OVERLAY", "MESSAGE");
        foreach (var vm in vms)
        {
            var files = vm.Member("files") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToArray() : [];
            var phase = new Cell(vm.Text("phase") ?? "", vm.Text("phase") == Phases.Succeeded ? Tone.Good : Tone.Warning);
            var why = vm.Text("reason") is { } reason ? $"{reason}: {vm.Text("message")}" : vm.Text("message");
            table.Add(vm.Text("name"), phase, vm.Text("consistency"), FreezeTable.Duration(vm), Text(files, 0, "disk"), Text(files, 0, "overlay"), why);
            for (var at = 1; at < files.Length; at++)
                table.Add("", "", "", "", Text(files, at, "disk"), Text(files, at, "overlay"), "");
        }
        table.WriteTo(output);
    }

    private static string? Text(JsonElement[] files, int at, string member) => at < files.Length ? files[at].Text(member) : null;

    private byte[] Request(CliContext context, string target) => JsonText.Bytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("target", target);
        writer.WriteString("name", context.Parsed.GetRequiredValue(_name));
        if (context.Parsed.GetValue(_directory) is { } directory)
            writer.WriteString("dir", Path.GetFullPath(directory));
        writer.WriteString("require", FreezeCommand.Requirement(context.Parsed.GetValue(_require)!));
        writer.WriteBoolean("thawTogether", context.Parsed.GetValue(_together));
        writer.WriteEndObject();
    });
}
