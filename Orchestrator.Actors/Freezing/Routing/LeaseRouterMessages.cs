using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>"Do": from the node that has the duty <c>control</c> to the <see cref="LeaseRouter"/> of a node. Any of them may be lost on the way, come twice, or late.</summary>
internal static class LeaseRouterCommands
{
    /// <summary>
    /// How a group wants leases of this node to stand, and "tell me what is new". Repeated until the leases stand so, and while any of them has not ended:
    /// a router gives a VM each step once, whatever comes twice. Answered by <see cref="LeaseRouterEvents.Report"/> or <see cref="LeaseRouterEvents.Refused"/>.
    /// </summary>
    /// <param name="GroupId">The group.</param>
    /// <param name="Epoch">Of the sender's claim.</param>
    /// <param name="Incarnation">Which process of the node it is for: another one drops it.</param>
    /// <param name="After">Version of the newest report that has come; 0 for all.</param>
    /// <param name="Leases">Only those that do not stand so yet.</param>
    internal sealed record Order(string GroupId, long Epoch, int Incarnation, long After, IReadOnlyList<LeaseOrder> Leases) : IWireMessage
    {
        /// <summary>Of the leases.</summary>
        public required string Owner { get; init; }

        /// <summary>Time they are given for.</summary>
        public required TimeSpan Ttl { get; init; }

        /// <summary>What remains of it: nodes' clocks need not agree. The VM's node makes the deadline of it, by its own clock.</summary>
        public required TimeSpan Remaining { get; init; }

        /// <summary>The command that freezes, with a lease that is to be prepared.</summary>
        public WireCommand? Freeze { get; init; }
    }

    /// <summary>Thaws whatever is frozen. Answered by <see cref="LeaseRouterEvents.VmThawed"/> or <see cref="LeaseRouterEvents.Refused"/>.</summary>
    /// <param name="Path">Of the VM's actor (<see cref="TargetList.PathOf"/>).</param>
    /// <param name="Epoch">Of the sender's claim.</param>
    /// <param name="Force">Also what somebody else has frozen.</param>
    internal sealed record ThawVm(string Path, long Epoch, bool Force) : IWireMessage;

    /// <summary>
    /// Asks a VM for its disks and plans a snapshot of them, where its files are: nothing is changed. Answered by
    /// <see cref="LeaseRouterEvents.SnapshotPlanned"/> or <see cref="LeaseRouterEvents.Refused"/>.
    /// </summary>
    internal sealed record PlanSnapshot(string Path, long Epoch, string Name, string? Directory) : IWireMessage;
}

/// <summary>"It happened": from the <see cref="LeaseRouter"/> of a node.</summary>
internal static class LeaseRouterEvents
{
    /// <summary>How leases of a group stand. What is lost of it is told again at the next <see cref="LeaseRouterCommands.Order"/>.</summary>
    /// <param name="GroupId">The group.</param>
    /// <param name="Incarnation">Of the node's process.</param>
    /// <param name="After">Nothing is left out since this version.</param>
    /// <param name="Version">Of the newest of them.</param>
    /// <param name="Leases">Each as it is now, by version.</param>
    internal sealed record Report(string GroupId, int Incarnation, long After, long Version, IReadOnlyList<LeaseReport> Leases) : IWireMessage;

    /// <summary>A newer owner of the duty is known, or another process of the node is meant: nothing was done.</summary>
    /// <param name="Epoch">The newest.</param>
    internal sealed record Refused(long Epoch) : IWireMessage;

    /// <summary>What became of a thaw.</summary>
    internal sealed record VmThawed(ThawResult Result, string? Message) : IWireMessage;

    /// <summary>A plan, or why there is none.</summary>
    /// <param name="Asked">How the question for the disks ended; without its result.</param>
    internal sealed record SnapshotPlanned(Outcome Asked) : IWireMessage
    {
        /// <summary>As in <see cref="SnapshotPlan"/>.</summary>
        public IReadOnlyList<DiskFile> Files { get; init => field = value ?? []; } = [];

        /// <summary>Of QEMU's <c>transaction</c>; <see langword="null"/> if there is none.</summary>
        public byte[]? Arguments { get; init; }

        /// <summary>Why there is none.</summary>
        public string? Trouble { get; init; }
    }
}

/// <summary>How a lease is to stand.</summary>
internal enum LeaseWant
{
    /// <summary>As it does: it is only looked at. All that can be wanted of a lease of an earlier process of the node.</summary>
    Watch,

    /// <summary>On disk, and nothing sent.</summary>
    Prepare,

    /// <summary>Frozen.</summary>
    Freeze,

    /// <summary>Thawed.</summary>
    Thaw,
}

/// <summary>How one lease is to stand.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Path">Of its VM's actor (<see cref="TargetList.PathOf"/>).</param>
/// <param name="Want">How.</param>
internal sealed record LeaseOrder(string LeaseId, string Path, LeaseWant Want)
{
    /// <summary>With <see cref="LeaseWant.Thaw"/>.</summary>
    public ThawCause Cause { get; init; }

    /// <summary>How often its owner has shown that he is alive; a number that the router has not seen extends the lease by <see cref="LeaseRouterCommands.Order.Ttl"/>.</summary>
    public int Extension { get; init; }

    /// <summary>By which time that extends it.</summary>
    public TimeSpan? ExtendBy { get; init; }
}

/// <summary>What is told of a lease.</summary>
internal enum LeaseReportKind
{
    /// <summary>It stands elsewhere than before.</summary>
    Stands,

    /// <summary>The VM does not take it: nothing was done.</summary>
    Denied,

    /// <summary>The VM is not frozen under it.</summary>
    Absent,

    /// <summary>The VM has left the node, or its actor failed.</summary>
    VmGone,
}

/// <summary>How one lease stands.</summary>
/// <param name="LeaseId">The lease.</param>
/// <param name="Version">Grows with each report of the group on the node.</param>
/// <param name="Kind">What is told.</param>
internal sealed record LeaseReport(string LeaseId, long Version, LeaseReportKind Kind)
{
    /// <summary>With <see cref="LeaseReportKind.Stands"/>.</summary>
    public LeaseStanding? Standing { get; init; }

    /// <summary>With <see cref="LeaseReportKind.Denied"/>: one of <see cref="Reasons"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    public string? Message { get; init; }

    /// <summary>The VM, without labels and facts; <see langword="null"/> if it is not there.</summary>
    public VmSnapshot? Vm { get; init; }

    /// <summary>The newest extension that was answered.</summary>
    public int Extension { get; init; }

    /// <summary>The deadline that it gave; <see langword="null"/> if there was nothing to extend.</summary>
    public DateTimeOffset? Extended { get; init; }
}

/// <summary>A <see cref="LeaseMachine"/> as other nodes see it.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Deadline">By the clock of the VM's node.</param>
internal sealed record LeaseStanding(LeasePhase Phase, DateTimeOffset Deadline)
{
    /// <summary>How many filesystems were frozen.</summary>
    public int Filesystems { get; init; }

    /// <summary>Thaws that failed, in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Why it is, or was, thawed.</summary>
    public ThawCause? Cause { get; init; }

    /// <summary>Whether it was frozen under this lease.</summary>
    public bool WasFrozen { get; init; }

    /// <summary>Why the freeze failed.</summary>
    public string? Reason { get; init; }

    /// <summary>For people: what went wrong last.</summary>
    public string? Message { get; init; }

    /// <summary>Since the agent's answer to the freeze, when this was sent; <see langword="null"/> before it. Nodes' counters have nothing to do with each other.</summary>
    public TimeSpan? FrozenAgo { get; init; }

    /// <summary>From that to the answer to the thaw, once thawed.</summary>
    public TimeSpan? FrozenFor { get; init; }
}
