using Akka.Actor;

namespace Orchestrator.Actors.Freezing;

/// <summary>What every group of a node shares.</summary>
/// <param name="Inventory">Resolves selectors.</param>
/// <param name="Time">Clock of deadlines and ids.</param>
public sealed record FreezeEnvironment(IActorRef Inventory, TimeProvider Time)
{
    /// <summary>In a cluster: how VMs of all its nodes are reached. Without it all are this node's.</summary>
    public Routing.FleetLeases? Fleet { get; init; }

    /// <summary>Whether a file is there already, which a snapshot would overwrite.</summary>
    public Predicate<string> FileExists { get; init; } = File.Exists;
}
