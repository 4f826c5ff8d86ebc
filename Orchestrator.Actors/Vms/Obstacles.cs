using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>What stands between a VM in a given condition and a command, the gravest first: pure functions.</summary>
internal static class Obstacles
{
    /// <summary>Of a command to the agent, or of one that is made of the agent's.</summary>
    public static IEnumerable<Obstacle> OfGuest(VmCondition vm, EncodedCommand command, CompositeCommand? composite)
    {
        if (vm.Agent == AgentState.None)
            yield return Undelivered(ObstacleKind.NoChannel, Reasons.AgentAbsent, "the VM has no agent channel: give it a virtio-serial port named org.qemu.guest_agent.0 and name its socket");
        if (vm is { IsStopUnexplained: true, IsSwitching: false, RunState: "paused" })
        {
            // In some milliseconds QEMU tells which: a guest that leaves for a QEMU that nobody has seen yet stops like one that is paused.
            yield return Undelivered(ObstacleKind.Switching, Reasons.VmPaused, "the guest was stopped, and QEMU has not told yet whether it is paused or leaves");
            yield break;
        }
        if (vm.IsSwitching || vm.RunState == "finish-migrate")
        {
            yield return Undelivered(ObstacleKind.Switching, Reasons.VmMigrating, "the guest is at its migration's switchover");
            yield break;
        }
        if (OfQemu(vm) is { } qemu)
            yield return qemu;
        if (OfRunState(vm, CommandKinds.Of(command)) is { } runState)
            yield return runState;
        if (OfAgent(vm) is { } agent)
            yield return agent;
        if (OfCapabilities(vm, composite?.Needs ?? [command.Name]) is { } incapable)
            yield return incapable;
        if (OfFreeze(vm, command) is { } frozen)
            yield return frozen;
    }

    /// <summary>Of a command to QEMU itself.</summary>
    public static Obstacle? OfQmp(VmCondition vm) => vm.Qmp switch
    {
        QmpLink.Online => null,
        QmpLink.Silent => SilentQemu(vm),
        QmpLink.Busy => Undelivered(ObstacleKind.Unreachable, Reasons.MonitorBusy, vm.QmpMessage ?? "another client holds the monitor"),
        _ => Undelivered(ObstacleKind.Unreachable, Reasons.HostUnreachable, vm.QmpMessage ?? "no QMP session yet"),
    };

    /// <summary>Of a migration to another VmHost. A guest that stands still may be moved; one that is frozen would thaw there by nobody's hand.</summary>
    public static IEnumerable<Obstacle> OfMigration(VmCondition vm)
    {
        if (OfQmp(vm) is { } qemu)
            yield return qemu;
        if (vm.State is VmState.Migrating || vm.Migration != MigrationStage.None)
            yield return Undelivered(ObstacleKind.Migrating, Reasons.VmMigrating, $"a migration of the guest is under way, or it is not here (run state {vm.RunState})");
        if (vm.State == VmState.Stopped)
            yield return Undelivered(ObstacleKind.Off, Reasons.VmNotRunning, $"the guest is off (run state {vm.RunState})");
        if (vm.Freeze != FreezeState.Thawed)
            yield return new Obstacle(ObstacleKind.Frozen, new Rejection(Phase.Refused, Reasons.AgentFrozen, "the guest's filesystems are frozen: thaw them first, or let it be done (--on-frozen force)"))
            {
                Condition = vm.Freeze == FreezeState.FrozenForeign ? Reasons.FsFrozenForeign : Reasons.FsFrozen,
            };
    }

    private static Obstacle? OfQemu(VmCondition vm) => vm.Qmp switch
    {
        QmpLink.Silent => SilentQemu(vm),
        // The agent's channel is a connection of its own: it may serve while the monitor does not.
        QmpLink.Down when vm.Agent != AgentState.Ready => Undelivered(ObstacleKind.Unreachable, Reasons.HostUnreachable, vm.QmpMessage ?? "no QMP session"),
        _ => null,
    };

    private static Obstacle? OfRunState(VmCondition vm, CommandKind kind) => vm.State switch
    {
        VmState.Paused => Undelivered(ObstacleKind.Paused, Reasons.VmPaused, $"the guest is not running (run state {vm.RunState}): resume it with 'cont'"),
        VmState.Migrating => Undelivered(ObstacleKind.Migrating, Reasons.VmMigrating, $"the guest is not here (run state {vm.RunState})"),
        VmState.Stopped => Undelivered(ObstacleKind.Off, Reasons.VmNotRunning, $"the guest is off (run state {vm.RunState})"),
        VmState.Running when vm.Migration == MigrationStage.Switchover => Undelivered(ObstacleKind.Migrating, Reasons.VmMigrating, "the guest is at its migration's switchover"),
        VmState.Running when vm.IsCopying && kind == CommandKind.Freeze =>
            Undelivered(ObstacleKind.Copying, Reasons.VmMigrating, "the guest is being migrated: a freeze would outlive the switchover"),
        _ => null,
    };

    private static Obstacle? OfAgent(VmCondition vm) => vm.Agent switch
    {
        AgentState.Absent => Undelivered(ObstacleKind.Absent, Reasons.AgentAbsent, vm.AgentMessage ?? "no agent runs in the guest"),
        AgentState.Quarantined => Undelivered(ObstacleKind.Quarantined, Reasons.GuestQuarantined, vm.AgentMessage ?? "the guest is quarantined"),
        AgentState.Unresponsive => Undelivered(ObstacleKind.SilentAgent, Reasons.AgentUnresponsive, vm.AgentMessage ?? "the agent does not answer"),
        _ => null,
    };

    private static Obstacle? OfCapabilities(VmCondition vm, IReadOnlyList<string> needs)
    {
        if (vm.Capabilities is not { } agent)
            return null;
        if (First(needs, agent, AgentCapability.Unknown) is { } unknown)
            return Refused(ObstacleKind.Incapable, Reasons.Unsupported, $"the agent {agent.Version} does not have {unknown}");
        return First(needs, agent, AgentCapability.Disabled) is { } disabled
            ? Refused(ObstacleKind.Incapable, Reasons.DisabledByGuest, $"the guest's administrator or platform disabled {disabled}")
            : null;
    }

    private static string? First(IReadOnlyList<string> needs, AgentCapabilities agent, AgentCapability which)
    {
        for (var i = 0; i < needs.Count; i++)
        {
            if (agent.Of(needs[i]) == which)
                return needs[i];
        }
        return null;
    }

    private static Obstacle? OfFreeze(VmCondition vm, EncodedCommand command) => vm.Freeze switch
    {
        FreezeState.Frozen or FreezeState.FrozenForeign when !CommandKinds.IsTakenWhileFrozen(command) =>
            Refused(ObstacleKind.Frozen, Reasons.AgentFrozen, "the guest's filesystems are frozen: thaw them first (guest-fsfreeze-thaw)") with
            {
                Condition = vm.Freeze == FreezeState.Frozen ? Reasons.FsFrozen : Reasons.FsFrozenForeign,
            },
        _ => null,
    };

    private static Obstacle SilentQemu(VmCondition vm) => Undelivered(ObstacleKind.SilentQemu, Reasons.QemuUnresponsive, vm.QmpMessage ?? "QEMU does not answer");

    private static Obstacle Undelivered(ObstacleKind kind, string reason, string message) => new(kind, new Rejection(Phase.Undelivered, reason, message));

    private static Obstacle Refused(ObstacleKind kind, string reason, string message) => new(kind, new Rejection(Phase.Refused, reason, message));
}
