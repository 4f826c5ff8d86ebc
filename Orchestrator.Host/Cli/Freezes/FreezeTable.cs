using System.Text.Json;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Freezes;

/// <summary>VMs of a group as rows, and what they mean for the exit code.</summary>
internal static class FreezeTable
{
    public static void Write(TerminalWriter output, IEnumerable<JsonElement> vms)
    {
        var table = new TextTable("NAME", "STAGE", "CONSISTENCY", "FS", "FROZEN", "REASON", "MESSAGE");
        foreach (var vm in vms)
            table.Add(vm.Text("name"), Stage(vm), vm.Text("consistency"), Number(vm, "filesystems"), Duration(vm), vm.Text("reason") ?? vm.Text("cause"), vm.Text("message"));
        table.WriteTo(output);
    }

    /// <summary>One whose thaw is not confirmed, or whose node is lost, may be frozen: that is unknown. Else the worst of what became of them.</summary>
    public static int ExitCode(JsonElement group)
    {
        JsonElement[] vms = [.. Vms(group)];
        if (vms.Any(vm => vm.Text("stage") is "ThawFailed" or "Thawing" or "Unknown"))
            return ExitCodes.Unknown;
        return group.Text("phase") == "Failed" || vms.Any(vm => vm.Text("stage") == "Failed") ? ExitCodes.Failed : ExitCodes.Ok;
    }

    public static IEnumerable<JsonElement> Vms(JsonElement group) => group.Member("vms") is { ValueKind: JsonValueKind.Array } vms ? vms.EnumerateArray() : [];

    /// <summary>How long something was frozen, for people.</summary>
    public static string Duration(JsonElement vm) => vm.Member("frozenMs") is { ValueKind: JsonValueKind.Number } frozen ? Durations.Format(frozen.GetDouble()) : "";

    private static Cell Stage(JsonElement vm) => new(vm.Text("stage") ?? "", vm.Text("stage") switch
    {
        "Frozen" or "Thawed" => Tone.Good,
        "Failed" or "ThawFailed" or "Unknown" => Tone.Bad,
        _ => Tone.Warning,
    });

    private static string Number(JsonElement vm, string member) => vm.Member(member) is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : "";
}
