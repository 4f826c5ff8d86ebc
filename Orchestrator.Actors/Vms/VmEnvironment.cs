using Akka.Actor;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Actors.Vms.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>What every VM of a VmHost shares.</summary>
/// <param name="Host">Name of the VmHost.</param>
/// <param name="Inventory">Takes <see cref="VmEvents"/>.</param>
/// <param name="Events">Takes <see cref="Events.FleetEvent"/>.</param>
/// <param name="Settings">Deadlines, pauses and limits.</param>
internal sealed record VmEnvironment(string Host, IActorRef Inventory, IActorRef Events, VmSettings Settings)
{
    /// <summary>The leases of their freezes.</summary>
    public LeaseBook Leases { get; init; } = LeaseBook.InMemory();

    /// <summary>What anybody needs to know of their guests.</summary>
    public ObservationBoard Observation { get; } = new();

    /// <summary>What the kinds of QEMU among them understand.</summary>
    public QmpVocabularies Vocabularies { get; } = new();
}
