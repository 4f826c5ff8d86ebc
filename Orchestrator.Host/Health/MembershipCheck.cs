using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Health;

/// <summary>The node is a member of its cluster. Until it is, it serves its own VMs.</summary>
internal sealed class MembershipCheck(ClusterMembership membership) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "cluster";

    /// <inheritdoc/>
    public Task<CheckResult> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(membership.Reason is { } reason
        ? new CheckResult(CheckStatus.Degraded, $"this node is in no cluster, serves its own VMs, and tries on: {reason}")
        : CheckResult.Ok);
}
