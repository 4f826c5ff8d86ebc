using System.Globalization;
using System.Text.Json;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Diagnosis;

/// <summary>What can be seen of VMs without asking them anything.</summary>
internal static class VmChecks
{
    /// <summary>Echoes ids; older agents do not, so a stray reply of theirs is caught by its type alone.</summary>
    private static readonly Version OldestAgent = new(4, 0);

    /// <param name="vms">As <c>GET /v1/vms</c> tells them.</param>
    /// <param name="refusals">By name, the reason with which a VM that cannot be reached did not take <c>query-status</c> just now.</param>
    public static IEnumerable<Finding> Of(IReadOnlyList<JsonElement> vms, IReadOnlyDictionary<string, string> refusals)
    {
        var diagnoses = vms.Select(vm => VmDiagnosis.Of(vm, refusals.GetValueOrDefault(vm.Text("name") ?? "?"))).ToArray();
        return
        [
            .. ByReason(Severity.Error, "monitor-busy", diagnoses, vm => vm.QmpReason == Reasons.MonitorBusy, Reasons.MonitorBusy),
            .. ByReason(Severity.Error, "qemu-unreachable", diagnoses, vm => vm.QmpReason == Reasons.HostUnreachable && vm.Vm.Text("state") == "Unreachable", Reasons.HostUnreachable),
            .. ByReason(Severity.Error, "qemu-unresponsive", diagnoses, vm => vm.QmpReason == Reasons.QemuUnresponsive, Reasons.QemuUnresponsive),
            .. ByReason(Severity.Error, "agent-quarantined", diagnoses, vm => vm.GuestReason == Reasons.GuestQuarantined, Reasons.GuestQuarantined),
            .. ByReason(Severity.Error, "agent-unresponsive", diagnoses, vm => vm.GuestReason == Reasons.AgentUnresponsive, Reasons.AgentUnresponsive),
            .. ByReason(Severity.Warning, "agent-absent", diagnoses, vm => vm.GuestReason == Reasons.AgentAbsent, Reasons.AgentAbsent),
            .. Finding.OfVms(Severity.Warning, "port-without-id", vms.Where(HasSilentPort).Select(vm => (NameOf(vm), "the agent's port has no id=: QEMU does not tell when the agent comes and goes, so it is looked at every 5 s")),
                _ => "Start QEMU with -device virtserialport,id=agent0,… (README.md)."),
            .. Finding.OfVms(Severity.Warning, "agent-too-old", vms.Where(IsTooOld).Select(vm => (NameOf(vm), $"the agent is of version {vm.Member("facts")?.Text("agent.version")}, before {OldestAgent}: it does not echo ids")),
                _ => "Install a qemu-ga of QEMU 4.0 or later in the guest."),
            .. ByReason(Severity.Note, "guest-not-running", diagnoses, vm => vm.GuestReason is Reasons.VmPaused or Reasons.VmNotRunning or Reasons.VmMigrating, null),
        ];
    }

    private static IEnumerable<Finding> ByReason(Severity severity, string check, IEnumerable<VmDiagnosis> diagnoses, Func<VmDiagnosis, bool> isSo, string? reason) =>
        Finding.OfVms(severity, check, diagnoses.Where(isSo).Select(vm => (vm.Name, EvidenceOf(vm.Vm))), name => name is null ? ReasonHints.Of(reason, null) : ReasonHints.OfVm(reason, name));

    // Times are the VM's own: with them no two VMs would have the same finding.
    private static string EvidenceOf(JsonElement vm) => string.Join(", ", ((string?[])
    [
        $"state {vm.Text("state")}",
        vm.Text("runState") is { } runState ? $"run state {runState}" : null,
        $"agent {vm.Text("agent")}",
        vm.Member("quarantine")?.Text("kind"),
        vm.Text("message"),
    ]).OfType<string>());

    private static string NameOf(JsonElement vm) => vm.Text("name") ?? "?";

    private static bool HasSilentPort(JsonElement vm) => vm.Member("facts")?.Text("agent.port") is "" && vm.Text("agent") != "None";

    // A guest may claim anything: what is no version is none that is too old.
    private static bool IsTooOld(JsonElement vm) =>
        vm.Member("facts")?.Text("agent.version") is { } claimed
        && claimed.Split('.') is [var major, var minor, ..]
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
        && new Version(first, second) < OldestAgent;
}
