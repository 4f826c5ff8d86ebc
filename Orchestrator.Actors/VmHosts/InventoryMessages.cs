using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.VmHosts;

/// <summary>"Do": of a cluster's parts, to the picture of the whole fleet.</summary>
internal static class InventoryCommands
{
    /// <summary>VMs of another node are as told, others are not there any more.</summary>
    internal sealed record Take(IReadOnlyList<InventoryEntry> Changed, IReadOnlyList<IActorRef> Gone) : ILocalSignal;

    /// <summary>These are all VMs: from the <see cref="VmHostSupervisor"/> when its sources have been read. Their actors tell of them next.</summary>
    internal sealed record Expect(int Vms) : ILocalSignal;

    /// <summary>The VMs of a part are as they were at a time, because it does not answer; <see langword="null"/>: as they are.</summary>
    internal sealed record Mark(string Part, DateTimeOffset? StaleSince) : ILocalSignal;
}

/// <summary>"Tell me": answered by <see cref="InventoryReplies"/>.</summary>
public static class InventoryQueries
{
    /// <summary>The VMs that a selector matches, sorted by VmHost and name; all without one.</summary>
    public sealed record Select(TargetSelector? Selector) : INoSerializationVerificationNeeded;

    /// <summary>What changed after a version; waits until something has.</summary>
    /// <param name="After">Last version the reader has; 0 for the whole inventory.</param>
    public sealed record ReadChanges(long After);
}

/// <summary>Answers of the <see cref="Inventory"/>.</summary>
public static class InventoryReplies
{
    /// <summary>VMs, sorted by VmHost and name.</summary>
    public sealed record Selection(IReadOnlyList<InventoryEntry> Entries) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Each VM that changed, once, as it is now.</summary>
    /// <param name="Changed">VMs that are new or different.</param>
    /// <param name="Gone">VMs that left.</param>
    /// <param name="Version">To read after next.</param>
    /// <param name="Complete">Whether <paramref name="Changed"/> is the whole inventory: what the reader had before is void.</param>
    public sealed record Changes(IReadOnlyList<VmSnapshot> Changed, IReadOnlyList<VmSnapshot> Gone, long Version, bool Complete) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>A VM, and the actor that answers for it.</summary>
public sealed record InventoryEntry(VmSnapshot Snapshot, IActorRef Vm)
{
    /// <summary>Name of the node that has it; <see langword="null"/> without a cluster.</summary>
    public string? Node { get; init; }

    /// <summary>What it is a part of, as to jobs and to being reached: the name of its node, or of its remote VmHost; <see langword="null"/> without a cluster.</summary>
    public string? Part { get; init; }
}
