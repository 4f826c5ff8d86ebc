using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Actors.Vms;

/// <summary>Why a command is not delivered to a VM: provably nothing ran.</summary>
internal sealed record Rejection(Phase Phase, string Reason, string Message);

/// <summary>Whether a VM in a given condition takes a command: the table of the documentation (docs/OUTCOMES.md), as pure functions.</summary>
internal static class Admission
{
    /// <summary>Decides on a command to the agent, or on one that is made of the agent's; <see langword="null"/> lets it pass.</summary>
    public static Rejection? DecideGuest(VmCondition vm, EncodedCommand command, CompositeCommand? composite = null)
    {
        if (vm.Agent == AgentState.None)
            return Undelivered(Reasons.AgentAbsent, "the VM has no agent channel: give it a virtio-serial port named org.qemu.guest_agent.0 and name its socket");
        return OfQemu(vm) ?? OfRunState(vm) ?? OfAgent(vm) ?? OfCapabilities(vm, composite?.Needs ?? [command.Name]);
    }

    /// <summary>Decides on a command to QEMU itself; <see langword="null"/> lets it pass.</summary>
    public static Rejection? DecideQmp(VmCondition vm) => vm.Qmp switch
    {
        QmpLink.Online => null,
        QmpLink.Silent => Undelivered(Reasons.QemuUnresponsive, vm.QmpMessage ?? "QEMU does not answer"),
        QmpLink.Busy => Undelivered(Reasons.MonitorBusy, vm.QmpMessage ?? "another client holds the monitor"),
        _ => Undelivered(Reasons.HostUnreachable, vm.QmpMessage ?? "no QMP session yet"),
    };

    /// <summary>Decides on a command by what a QEMU says of itself; <see langword="null"/> lets it pass, as does a QEMU that says nothing.</summary>
    public static Rejection? DecideQmp(EncodedCommand command, QmpVocabulary? vocabulary) => vocabulary?.Check(command) switch
    {
        null => null,
        { Kind: QmpObjectionKind.Unsupported } unknown => new Rejection(Phase.Refused, Reasons.Unsupported, unknown.Message),
        var wrong => new Rejection(Phase.Refused, Reasons.InvalidArgument, wrong.Message),
    };

    private static Rejection? OfQemu(VmCondition vm) => vm.Qmp switch
    {
        QmpLink.Silent => Undelivered(Reasons.QemuUnresponsive, vm.QmpMessage ?? "QEMU does not answer"),
        // The agent's channel is a connection of its own: it may serve while the monitor does not.
        QmpLink.Down when vm.Agent != AgentState.Ready => Undelivered(Reasons.HostUnreachable, vm.QmpMessage ?? "no QMP session"),
        _ => null,
    };

    private static Rejection? OfRunState(VmCondition vm) => vm.State switch
    {
        VmState.Paused => Undelivered(Reasons.VmPaused, $"the guest is not running (run state {vm.RunState}): resume it with 'cont'"),
        VmState.Migrating => Undelivered(Reasons.VmMigrating, $"the guest is not here (run state {vm.RunState})"),
        VmState.Stopped => Undelivered(Reasons.VmNotRunning, $"the guest is off (run state {vm.RunState})"),
        _ => null,
    };

    private static Rejection? OfAgent(VmCondition vm) => vm.Agent switch
    {
        AgentState.Absent => Undelivered(Reasons.AgentAbsent, vm.AgentMessage ?? "no agent runs in the guest"),
        AgentState.Quarantined => Undelivered(Reasons.GuestQuarantined, vm.AgentMessage ?? "the guest is quarantined"),
        AgentState.Unresponsive => Undelivered(Reasons.AgentUnresponsive, vm.AgentMessage ?? "the agent does not answer"),
        _ => null,
    };

    private static Rejection? OfCapabilities(VmCondition vm, IReadOnlyList<string> needs)
    {
        if (vm.Capabilities is not { } agent)
            return null;
        if (needs.FirstOrDefault(name => agent.Of(name) == AgentCapability.Unknown) is { } unknown)
            return new Rejection(Phase.Refused, Reasons.Unsupported, $"the agent {agent.Version} does not have {unknown}");
        return needs.FirstOrDefault(name => agent.Of(name) == AgentCapability.Disabled) is { } disabled
            ? new Rejection(Phase.Refused, Reasons.DisabledByGuest, $"the guest's administrator or platform disabled {disabled}")
            : null;
    }

    private static Rejection Undelivered(string reason, string message) => new(Phase.Undelivered, reason, message);
}
