using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Events;

/// <summary>Who says that it happened.</summary>
public enum Provenance
{
    /// <summary>QEMU, or this node: trusted.</summary>
    Host,

    /// <summary>The guest: a claim.</summary>
    Guest,
}

/// <summary>Something that happened to a VM, in QMP's shape, with who and when around it.</summary>
public sealed record FleetEvent : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    /// <summary>Life of the log that it is in (<see cref="EventPosition.Epoch"/>).</summary>
    public long Epoch { get; init; }

    /// <summary>Its number in this node's log, from 1 up; 0 until the <see cref="EventLog"/> gave it one.</summary>
    public long Sequence { get; init; }

    /// <summary>VmHost of the VM.</summary>
    public required string Host { get; init; }

    /// <summary>The VM's identity, once known.</summary>
    public VmId? Vm { get; init; }

    /// <summary>The VM's name on its VmHost; empty for an event of the VmHost itself.</summary>
    public required string VmName { get; init; }

    /// <summary>Event name: QEMU's own (<c>STOP</c>), one of the guest namespace (<c>GUEST_STARTUP</c>), or one of the node's about the VM (<c>VM_MIGRATION_CHANGED</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The controller that published it; <see langword="null"/> for what QEMU, the guest or the node tell.</summary>
    public string? Controller { get; init; }

    /// <summary>The event's <c>data</c>, re-marshalled JSON; empty when it has none.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>QEMU's clock for its events, this node's for derived ones.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who says so.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Incarnation of the agent, as in <see cref="VmSnapshot.Incarnation"/>; 0 before the first.</summary>
    public int Incarnation { get; init; }

    /// <summary>Counts the VM's sessions, QMP and agent, from the time the node began to serve it in Unix milliseconds: never smaller than before.</summary>
    public long Session { get; init; }

    /// <summary>The VM as it was then, for selectors; <see langword="null"/> if only its names are known.</summary>
    public VmSnapshot? Seen { get; init; }

    /// <summary>Where it lies in the log.</summary>
    public EventPosition Position => new(Epoch, Sequence);

    /// <summary>CloudEvents source: <c>/hosts/HOST/vms/UUID</c>, with the VM's name while its UUID is not known; <c>/hosts/HOST</c> for one of no VM.</summary>
    public string Source => VmName.Length == 0 ? $"/hosts/{Host}" : $"/hosts/{Host}/vms/{Vm?.ToString() ?? VmName}";

    /// <summary>CloudEvents type: <c>io.orchestrator.qmp.NAME</c>, <c>io.orchestrator.guest.NAME</c>, <c>io.orchestrator.vm.NAME</c> or <c>io.orchestrator.controller.NAME</c>.</summary>
    public string Type => (Controller is not null ? "io.orchestrator.controller." : Name.StartsWith("GUEST_", StringComparison.Ordinal) ? "io.orchestrator.guest." : Name.StartsWith("VM_", StringComparison.Ordinal) ? "io.orchestrator.vm." : "io.orchestrator.qmp.") + Name;
}
