using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>Between a <see cref="PartFollower"/> and the <see cref="VmHosts.Inventory"/> of the node that has the VMs.</summary>
internal static class PartMessages
{
    /// <summary>What changed after a version; the answer waits for a while until something has.</summary>
    /// <param name="After">Last version the reader has; 0 for all.</param>
    /// <param name="Began">While the reader is between the pages of a whole picture: <see cref="Part.Began"/> of the page before; else 0.</param>
    internal sealed record ReadPart(long After, long Began = 0) : IWireMessage;

    /// <summary>A page of changes of one node's own VMs: below 64 KiB, or a single VM.</summary>
    /// <param name="After">As it was asked.</param>
    /// <param name="Changed">VMs that are new or different.</param>
    /// <param name="Gone">Paths of VMs that left.</param>
    /// <param name="Version">To read after next.</param>
    /// <param name="IsWhole">Whether it begins a new picture: what this and the pages up to the last do not name is not there any more.</param>
    /// <param name="IsLast">Whether there was no more than this.</param>
    /// <param name="Began">The version at which the whole picture began that goes on after this page; 0 when none does.</param>
    internal sealed record Part(long After, IReadOnlyList<PartEntry> Changed, IReadOnlyList<string> Gone, long Version, bool IsWhole, bool IsLast, long Began = 0) : IWireMessage;

    /// <summary>"Which VMs do you know whose node does not answer?" From the <see cref="FleetFollower"/> of a node that has begun to the <see cref="VmHosts.Inventory"/> of the fleet on another.</summary>
    /// <param name="Incarnation">Of the node that is asked, to know its answer by.</param>
    /// <param name="After">Path of the last VM that was told; empty at first.</param>
    internal sealed record ReadLost(int Incarnation, string After) : IWireMessage;

    /// <summary>A page of them, by path: below 64 KiB, or a single VM.</summary>
    /// <param name="Incarnation">As it was asked.</param>
    /// <param name="After">As it was asked.</param>
    /// <param name="Entries">VMs, each with when its node was heard of last.</param>
    /// <param name="IsLast">Whether there are no more.</param>
    internal sealed record Lost(int Incarnation, string After, IReadOnlyList<LostEntry> Entries, bool IsLast) : IWireMessage;
}

/// <summary>A VM whose node does not answer, as a third node knows it.</summary>
/// <param name="Entry">The VM.</param>
/// <param name="Node">Name of its node.</param>
/// <param name="Part">Name of the part that it is of: the node, or a remote VmHost.</param>
internal sealed record LostEntry(PartEntry Entry, string Node, string Part);

/// <summary>A VM of another node.</summary>
/// <param name="Path">Its actor there, with address and incarnation, as Akka writes it.</param>
/// <param name="Vm">As its node sees it.</param>
internal sealed record PartEntry(string Path, VmSnapshot Vm);
