using System.Collections.Concurrent;
using Akka.Cluster;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>
/// Whether a node that has just begun knows the VMs of all nodes by now: until it does, <c>*</c> would not be the fleet to it, and it takes no duty. Once
/// it has known them it goes on with what it knows. Any thread.
/// </summary>
/// <param name="time">Clock.</param>
public sealed class FleetPicture(TimeProvider time)
{
    /// <summary>So long a node waits for those that do not tell their VMs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<int, bool> _read = [];
    private readonly ConcurrentDictionary<int, bool> _asked = [];
    private readonly long _began = time.GetTimestamp();
    private volatile bool _isWhole;

    /// <summary>All VMs of a node are known.</summary>
    /// <param name="incarnation">Akka's number of the node's process.</param>
    public void Read(int incarnation) => _read[incarnation] = true;

    /// <summary>A node has told which VMs of nodes that are away it remembers.</summary>
    /// <param name="incarnation">Akka's number of its process.</param>
    public void Asked(int incarnation) => _asked[incarnation] = true;

    /// <summary>Whether it has.</summary>
    public bool HasAsked(int incarnation) => _asked.ContainsKey(incarnation);

    /// <summary>Whether it is, or was.</summary>
    /// <param name="self">Akka's number of this node.</param>
    /// <param name="members">Akka's numbers of the members. One that cannot be reached counts until it is put out, as this node may be instead.</param>
    public bool IsWhole(int self, IEnumerable<int> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return _isWhole |= time.GetElapsedTime(_began) >= Patience || (members.ToArray() is { Length: > 0 } all && all.All(member => _read.ContainsKey(member) && (member == self || _asked.ContainsKey(member))));
    }

    /// <summary>The same, with the members that Akka knows.</summary>
    public bool IsWhole(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return IsWhole(cluster.SelfUniqueAddress.Uid, cluster.State.Members.Where(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp).Select(member => member.UniqueAddress.Uid));
    }
}
