using Akka.Actor;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

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

    /// <summary>Those of <see cref="Sides"/>, and the <see cref="Place"/>, that other nodes have.</summary>
    public Dictionary<string, Lending.BorrowedPlace> Borrowed { get; } = new(StringComparer.Ordinal);

    /// <summary>Set while it is given to the node that has its place: nobody speaks to its guest here any more.</summary>
    public Lending.VmHeritage? Leaving { get; set; }

    /// <summary>Offers of it to that node.</summary>
    public int HandOvers { get; set; }

    /// <summary>That node has it.</summary>
    public bool IsAway { get; set; }

    /// <summary>The VmHost that handed it over to this one; <see langword="null"/> if it began here.</summary>
    public IActorRef? GivenBy { get; set; }

    /// <summary>It can do here what it could there.</summary>
    public bool IsSettled { get; set; }

    /// <summary>QEMU's own, while it is connected.</summary>
    public Guid? Uuid
    {
        get;
        set
        {
            field = value;
            LastUuid = value ?? LastUuid;
        }
    }

    /// <summary>The same, of before the connection was lost.</summary>
    public Guid LastUuid { get; private set; }

    /// <summary>QEMU's, verbatim, while it is connected.</summary>
    public string? RunState
    {
        get;
        set
        {
            field = value;
            HadGuest |= MigrationRules.HasGuest(value);
        }
    }

    /// <summary>Whether its guest was here since it began: what is known of it, and waits for it, is here then.</summary>
    public bool HadGuest { get; private set; }
}
