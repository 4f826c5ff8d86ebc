using Akka.Actor;

namespace Orchestrator.Actors.VmHosts.Lending;

/// <summary>What a VmHost of a cluster knows of the others: between two of them a VM may be migrated.</summary>
/// <param name="Node">Name of this node, and of its VmHost.</param>
/// <param name="Peer">Where other nodes reach this one's API: <c>https://10.0.0.1:4054</c>.</param>
/// <param name="Fleet">The <see cref="Inventory"/> of all VMs.</param>
public sealed record Neighbours(string Node, string Peer, IActorRef Fleet);
