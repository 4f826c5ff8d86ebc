using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Commands;

/// <summary>VMs as rows: NAME HOST STATE AGENT OS MESSAGE, and the id, QEMU's version, labels and the node when wide.</summary>
internal static class VmTable
{
    private static readonly string[] Headings = ["NAME", "HOST", "STATE", "AGENT", "OS", "MESSAGE"];
    private static readonly string[] WideHeadings = ["NAME", "HOST", "STATE", "AGENT", "OS", "ID", "QEMU", "LABELS", "NODE", "STALE SINCE", "MESSAGE"];

    // A watch cannot know how long the names to come are.
    private static readonly int[] WatchWidths = [16, 12, 12, 12, 32, 0];

    public static void Write(TerminalWriter output, IEnumerable<JsonElement> vms, bool wide)
    {
        var table = new TextTable(wide ? WideHeadings : Headings);
        foreach (var vm in vms)
            table.Add(wide ? WideRow(vm) : Row(vm));
        table.WriteTo(output);
    }

    public static void WriteHeading(TerminalWriter output) =>
        TextTable.WriteRow(output, [.. Headings.Select(heading => new Cell(heading, Tone.Heading))], WatchWidths);

    public static void WriteRow(TerminalWriter output, JsonElement vm) => TextTable.WriteRow(output, Row(vm), WatchWidths);

    public static void WriteGone(TerminalWriter output, JsonElement gone) =>
        TextTable.WriteRow(output, [gone.Text("name"), gone.Text("host"), new Cell("gone", Tone.Warning)], WatchWidths);

    private static Cell[] Row(JsonElement vm) => [vm.Text("name"), vm.Text("host"), State(vm), Agent(vm), OperatingSystem(vm), vm.Text("message")];

    private static Cell[] WideRow(JsonElement vm) =>
        [vm.Text("name"), vm.Text("host"), State(vm), Agent(vm), OperatingSystem(vm), vm.Text("id"), vm.Text("qemuVersion"), Labels(vm), vm.Text("node"), vm.Text("staleSince"), vm.Text("message")];

    private static Cell State(JsonElement vm) => new(vm.Text("state") ?? "", vm.Text("state") == "Running" ? Tone.Good : Tone.Warning);

    private static Cell Agent(JsonElement vm) => vm.Text("freeze") is { } freeze ? new($"{vm.Text("agent")} {freeze}", Tone.Warning) : new(vm.Text("agent") ?? "", vm.Text("agent") switch { "Ready" => Tone.Good, "Quarantined" => Tone.Bad, _ => Tone.Warning });

    private static string? OperatingSystem(JsonElement vm) => vm.Member("guest")?.Text("os-version") ?? vm.Member("guest")?.Text("os-type");

    private static string Labels(JsonElement vm) => vm.Member("labels") is { ValueKind: JsonValueKind.Object } labels
        ? string.Join(",", labels.EnumerateObject().Select(label => $"{label.Name}={(label.Value.ValueKind == JsonValueKind.String ? label.Value.GetString() : label.Value.GetRawText())}"))
        : "";
}
