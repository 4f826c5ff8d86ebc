using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>A part of the fleet's inventory, and where it is: the own VMs of a node, or a remote VmHost.</summary>
/// <param name="Name">Of the node, or of the VmHost.</param>
/// <param name="Node">Name of the node that has it.</param>
/// <param name="Incarnation">Which process of the node, or which claim of the VmHost.</param>
/// <param name="Inventory">Path of the <see cref="VmHosts.Inventory"/> with these VMs alone.</param>
internal sealed record PartSource(string Name, string Node, int Incarnation, string Inventory)
{
    /// <summary>The VMs of a node.</summary>
    public static PartSource Of(NodeInfo node) => new(node.Name, node.Name, node.Incarnation, $"{node.Address}/user/{VmHosts.Inventory.OwnName}");

    /// <summary>One that nobody can read, because its node does not answer.</summary>
    public static PartSource Lost(string name, string node) => new(name, node, 0, "");

    /// <summary>Whether it is one that nobody can read.</summary>
    public bool IsLost => Inventory.Length == 0;

    /// <summary>The VMs of a remote VmHost.</summary>
    public static PartSource Of(VmHostInfo host) => new(host.Name, host.Node, host.Incarnation, $"{host.Address}{host.Path}/{RemoteVmHost.InventoryName}");
}
