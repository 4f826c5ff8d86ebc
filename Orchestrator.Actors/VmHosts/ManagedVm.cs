using Akka.Actor;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>A VM that has an actor. Owned by <see cref="VmHostSupervisor"/>.</summary>
internal sealed class ManagedVm(VmSpec spec, IActorRef actor)
{
    /// <summary>What the sources say of it under its own name.</summary>
    public VmSpec Spec { get; set; } = spec;

    /// <summary>The one.</summary>
    public IActorRef Actor { get; } = actor;

    /// <summary>What it is served at now: its own, or that of a destination it was migrated to.</summary>
    public VmSpec Place { get; set; } = spec;

    /// <summary>The other QEMUs that it watches, by name.</summary>
    public Dictionary<string, VmSpec> Sides { get; } = new(StringComparer.Ordinal);

    /// <summary>QEMU's own, while it is connected.</summary>
    public Guid? Uuid { get; set; }

    /// <summary>QEMU's, verbatim, while it is connected.</summary>
    public string? RunState { get; set; }
}
