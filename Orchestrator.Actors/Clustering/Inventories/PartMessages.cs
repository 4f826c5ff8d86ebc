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
}

/// <summary>A VM of another node.</summary>
/// <param name="Path">Its actor there, with address and incarnation, as Akka writes it.</param>
/// <param name="Vm">As its node sees it.</param>
internal sealed record PartEntry(string Path, VmSnapshot Vm);
