using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Freezing;

/// <summary>"Do": sent by a gateway to the <see cref="FreezeSupervisor"/>.</summary>
public static class FreezeCommands
{
    /// <summary>Freezes a group. Answer: <see cref="FreezeReplies.Group"/> once it is frozen, or has failed and is thawed; or <see cref="FreezeReplies.Rejected"/>.</summary>
    public sealed record Create(FreezeSpec Spec) : INoSerializationVerificationNeeded;

    /// <summary>Thaws a group. Answer: <see cref="FreezeReplies.Group"/>, once all are thawed or a thaw has failed and goes on.</summary>
    public sealed record Thaw(string GroupId) : INoSerializationVerificationNeeded;

    /// <summary>The owner is alive. Answer: <see cref="FreezeReplies.Group"/> or <see cref="FreezeReplies.Rejected"/>.</summary>
    /// <param name="GroupId">The group.</param>
    /// <param name="Owner">Must be the group's.</param>
    /// <param name="Ttl">From now; the group's own if <see langword="null"/>.</param>
    public sealed record Extend(string GroupId, string Owner, TimeSpan? Ttl) : INoSerializationVerificationNeeded;

    /// <summary>Thaws VMs under whichever lease. Answer: <see cref="FreezeReplies.ThawedVms"/>.</summary>
    /// <param name="Vms">Which.</param>
    /// <param name="Force">Also those that somebody else has frozen.</param>
    public sealed record ThawVms(IReadOnlyList<InventoryEntry> Vms, bool Force) : INoSerializationVerificationNeeded;

    /// <summary>Takes a snapshot of VMs. Answer: <see cref="FreezeReplies.Snapshots"/> or <see cref="FreezeReplies.Rejected"/>.</summary>
    public sealed record Snapshot(SnapshotSpec Spec) : INoSerializationVerificationNeeded;

    /// <summary>From a snapshot: one VM of the group is done with.</summary>
    internal sealed record ThawMember(string GroupId, string LeaseId) : ILocalSignal;
}

/// <summary>"Tell me": sent by a gateway to the <see cref="FreezeSupervisor"/>.</summary>
public static class FreezeQueries
{
    /// <summary>Groups still kept, newest first. Answer: <see cref="FreezeReplies.Groups"/>.</summary>
    public sealed class List : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly List Instance = new();

        private List()
        {
        }
    }

    /// <summary>One group. Answer: <see cref="FreezeReplies.Group"/> or <see cref="FreezeReplies.Rejected"/>.</summary>
    public sealed record Get(string GroupId);
}

/// <summary>Answers of the <see cref="FreezeSupervisor"/> and its children.</summary>
public static class FreezeReplies
{
    /// <summary>The group as it stands.</summary>
    public sealed record Group(FreezeGroupSnapshot Snapshot) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Groups, newest first.</summary>
    public sealed record Groups(IReadOnlyList<FreezeGroupSnapshot> Snapshots) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>What became of each VM, in the order asked.</summary>
    public sealed record ThawedVms(IReadOnlyList<ThawedVm> Vms) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A snapshot of each VM, in the order of VmHosts and names.</summary>
    public sealed record Snapshots(string GroupId, TimeSpan? Skew, IReadOnlyList<VmDiskSnapshot> Vms) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Nothing was done.</summary>
    /// <param name="Code">Stable code of the API.</param>
    /// <param name="Detail">For people: what happened and what to do.</param>
    public sealed record Rejected(string Code, string Detail) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Freezes end here, because the node stops or another has their duty.</summary>
        internal static Rejected Moving(string detail) => new("moving", detail);
    }
}

/// <summary>What became of the thaw of a VM.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="Result">In short.</param>
/// <param name="Message">For people; <see langword="null"/> if there is nothing to say.</param>
public sealed record ThawedVm(Vms.VmSnapshot Vm, ThawResult Result, string? Message);

/// <summary>Between the actors of this folder.</summary>
internal static class FreezeSignals
{
    /// <summary>The group has come to its end, and may be forgotten when others need its room.</summary>
    internal sealed record Ended(string GroupId) : ILocalSignal;

    /// <summary>The leases of VMs whose node is lost may be over.</summary>
    internal sealed class LostDue : ILocalSignal
    {
        public static readonly LostDue Instance = new();

        private LostDue()
        {
        }
    }

    /// <summary>A VM's actor has not answered in time: a part of this node has failed.</summary>
    internal sealed class Overdue : ILocalSignal
    {
        public static readonly Overdue Instance = new();

        private Overdue()
        {
        }
    }
}
