using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Cli.Connection;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>Whether a VM takes commands now, by what the server says of it: the tables of docs/OUTCOMES.md from outside.</summary>
/// <param name="Vm">As <c>GET /v1/vms/{vm}</c> tells it. Its texts may be a guest's.</param>
/// <param name="GuestReason">Why it takes no guest commands; <see langword="null"/> if it takes them.</param>
/// <param name="QmpReason">Why it takes no QMP commands; <see langword="null"/> if it takes them.</param>
internal sealed record VmDiagnosis(JsonElement Vm, string? GuestReason, string? QmpReason)
{
    /// <param name="vm">As <c>GET /v1/vms/{vm}</c> tells it.</param>
    /// <param name="refusal">The reason with which it did not take <c>query-status</c> just now: of a VM that cannot be reached, the server tells there alone who holds its monitor. <see langword="null"/> if it was not asked.</param>
    public static VmDiagnosis Of(JsonElement vm, string? refusal) => new(vm, OfGuest(vm, refusal), OfQmp(vm, refusal));

    /// <summary>Whether <c>query-status</c> would tell more than the VM's state does.</summary>
    public static bool NeedsProbe(JsonElement vm) => vm.Text("state") == "Unreachable";

    public string Name => Vm.Text("name") ?? "?";

    /// <summary>Whether guest commands wait in the VM's queue until its agent has synchronized.</summary>
    public bool Waits => GuestReason is null && Vm.Text("agent") == "Connecting";

    /// <summary>What is done about it; <see langword="null"/> if nothing needs to be.</summary>
    public string? Next => ReasonHints.OfVm(GuestReason ?? QmpReason, Name);

    /// <summary>All of it in one sentence, without what to do.</summary>
    public string Sentence => $"{Name} {Takes}: {string.Join(", ", Evidence)}";

    public JsonElement Document() => JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("vm", Name);
        writer.WriteBoolean("takesGuestCommands", GuestReason is null);
        writer.WriteBoolean("takesQmpCommands", QmpReason is null);
        WriteText(writer, "reason", GuestReason ?? QmpReason);
        WriteText(writer, "qmpReason", QmpReason);
        writer.WriteString("sentence", Sentence);
        WriteText(writer, "next", Next);
        writer.WriteEndObject();
    });

    private static string? OfGuest(JsonElement vm, string? refusal) => (vm.Text("agent"), vm.Text("state")) switch
    {
        ("None", _) => Reasons.AgentAbsent,
        (_, "Unresponsive") => Reasons.QemuUnresponsive,
        // The agent's channel is a connection of its own: it may serve while the monitor does not.
        (not "Ready", "Unreachable") when refusal != Reasons.MonitorBusy => Reasons.HostUnreachable,
        (_, "Paused") => Reasons.VmPaused,
        (_, "Migrating") => Reasons.VmMigrating,
        (_, "Stopped") => Reasons.VmNotRunning,
        ("Absent", _) => Reasons.AgentAbsent,
        ("Quarantined", _) => Reasons.GuestQuarantined,
        ("Unresponsive", _) => Reasons.AgentUnresponsive,
        _ => null,
    };

    private static string? OfQmp(JsonElement vm, string? refusal) => vm.Text("state") switch
    {
        "Unresponsive" => Reasons.QemuUnresponsive,
        "Unreachable" => refusal ?? Reasons.HostUnreachable,
        "Connecting" => Reasons.HostUnreachable,
        _ => null,
    };

    private string Takes => (GuestReason, QmpReason) switch
    {
        (null, null) when Waits => "takes QMP commands now, and guest commands wait until its agent has synchronized",
        (null, null) => "takes guest and QMP commands now",
        ({ } guest, null) => $"takes QMP commands and no guest commands now ({guest})",
        (null, { } qmp) => $"takes guest commands and no QMP commands now ({qmp})",
        ({ } guest, { } qmp) when guest == qmp => $"takes no commands now ({guest})",
        ({ } guest, { } qmp) => $"takes no guest commands ({guest}) and no QMP commands ({qmp}) now",
    };

    private IEnumerable<string> Evidence => ((string?[])
    [
        $"state {Vm.Text("state")}{(Vm.Text("since") is { } since ? $" since {since}" : "")}",
        Vm.Text("runState") is { } runState ? $"run state {runState}" : null,
        $"agent {Vm.Text("agent")}",
        Vm.Member("quarantine") is { } quarantine ? $"quarantined since {quarantine.Text("since")} ({quarantine.Text("kind")}: {quarantine.Text("reason")})" : null,
        Vm.Text("message"),
    ]).OfType<string>();

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
            writer.WriteString(name, text);
    }
}
