using Akka.Actor;

namespace Orchestrator.Actors.Migration;

/// <summary>What all migrations of a node share.</summary>
/// <param name="Inventory">The node's own VMs: sources and destinations.</param>
/// <param name="Time">Clock of deadlines and ids.</param>
public sealed record MigrationEnvironment(IActorRef Inventory, TimeProvider Time)
{
    /// <summary>How many go on at a time, 1 or more; 2 by default. Others wait.</summary>
    public int Concurrency { get; init; } = 2;

    /// <summary>Starts destinations; <see langword="null"/>: they must be running.</summary>
    public IDestinationStarter? Starter { get; init; }

    /// <summary>Where destinations listen, unless a job says so; <see langword="null"/> for beside their monitor's socket.</summary>
    public string? Uri { get; init; }

    /// <summary>Finds destinations.</summary>
    internal IDestinations Destinations { get; init; } = new InventoryDestinations(Inventory, Time);

    /// <summary>How sources are reached.</summary>
    internal Func<VmHosts.InventoryEntry, IMigrationPeer> PeerOf { get; init; } = entry => new VmPeer(entry, entry.Snapshot.Place ?? entry.Snapshot.Name, Time);
}
