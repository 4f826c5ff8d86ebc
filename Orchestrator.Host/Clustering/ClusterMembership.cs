namespace Orchestrator.Host.Clustering;

/// <summary>Whether this node is a member of its cluster, and why not. Written by <see cref="ClusterJoin"/>, read by any thread.</summary>
internal sealed class ClusterMembership
{
    private volatile string? _reason = "it has begun to look for the others";

    /// <summary>Why the node is in no cluster; <see langword="null"/> while it is in one.</summary>
    public string? Reason => _reason;

    /// <summary>The node has become a member.</summary>
    public void Joined() => _reason = null;

    /// <summary>The node is in no cluster.</summary>
    /// <param name="reason">What happened, and what to do.</param>
    public void Waits(string reason) => _reason = reason;
}
