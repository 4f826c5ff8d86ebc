using Akka.Actor;
using Akka.Cluster;
using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Health;

/// <summary>The node is a member of its cluster, and reaches most of it. Without, it serves its own VMs and nothing else.</summary>
internal sealed class MembershipCheck(ActorSystem system, ClusterParts cluster) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "membership";

    /// <inheritdoc/>
    public Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var akka = Cluster.Get(system);
        var members = akka.State.Members.Count(member => member.Status is not (MemberStatus.Removed or MemberStatus.Down));
        return Task.FromResult(Of(akka.SelfMember.Status, members, akka.State.Unreachable.Count, ClusterChecks.Worst(cluster), cluster.Membership.Reason));
    }

    /// <summary>What follows from what Akka knows.</summary>
    /// <param name="self">How this node stands.</param>
    /// <param name="members">Nodes of the cluster, this one and those that cannot be reached too.</param>
    /// <param name="unreachable">Those that cannot be reached.</param>
    /// <param name="worst">What it is for this node not to be in the cluster.</param>
    /// <param name="reason">Why it is not, as far as is known.</param>
    internal static CheckResult Of(MemberStatus self, int members, int unreachable, CheckStatus worst, string? reason = null) => (self, members, unreachable) switch
    {
        (not (MemberStatus.Up or MemberStatus.WeaklyUp), _, _) => new CheckResult(worst, $"this node is in no cluster ({self}), serves its own VMs, and tries on: {reason ?? "see its log (1903), and that 'cluster.join' names nodes that run"}"),
        (_, _, > 0) when (members - unreachable) * 2 <= members => new CheckResult(worst, $"{unreachable} of {members} nodes cannot be reached, which is no majority: this side will be put out, and joins again. Look at the network"),
        (_, _, > 0) => new CheckResult(CheckStatus.Degraded, $"{unreachable} of {members} nodes cannot be reached: 'orchestrator node ls' shows which"),
        _ => CheckResult.Ok,
    };
}
