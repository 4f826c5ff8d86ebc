using Akka.Actor;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>Between the <see cref="ClusterNodes"/> of two nodes.</summary>
internal static class NodeMessages
{
    /// <summary>"Who are you?" Answered by <see cref="Introduction"/>.</summary>
    internal sealed record Hello : IWireMessage;

    /// <summary>"I am".</summary>
    internal sealed record Introduction(NodeInfo Info) : IWireMessage;

    /// <summary>"An operator has removed a node": to all others.</summary>
    /// <param name="Name">Of the node.</param>
    /// <param name="Incarnation">Of its process: a newer one stays.</param>
    internal sealed record Forget(string Name, int Incarnation) : IWireMessage;

    /// <summary>Remote VmHosts that a node has, and has no more. Said again every second: one may be lost on the way.</summary>
    /// <param name="Served">At most 100.</param>
    /// <param name="Left">Given up since.</param>
    internal sealed record VmHosts(IReadOnlyList<VmHostInfo> Served, IReadOnlyList<VmHostInfo> Left) : IWireMessage;
}

/// <summary>"Do".</summary>
public static class NodeCommands
{
    /// <summary>The sender hears of all nodes as they are, and of every change: <see cref="NodeEvents"/>.</summary>
    public sealed class Follow : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly Follow Instance = new(hasVmHosts: false);

        /// <summary>The same, and of the remote VmHosts that nodes have: <see cref="VmHostEvents"/>.</summary>
        public static readonly Follow WithVmHosts = new(hasVmHosts: true);

        private Follow(bool hasVmHosts) => HasVmHosts = hasVmHosts;

        internal bool HasVmHosts { get; }
    }

    /// <summary>From the actor of a remote VmHost, which is watched: this node has it from now on, until that actor stops.</summary>
    /// <param name="VmHost">Its name.</param>
    /// <param name="Epoch">Of the claim.</param>
    public sealed record Serve(string VmHost, long Epoch) : INoSerializationVerificationNeeded;

    /// <summary>Takes a node that does not answer out of the cluster, and forgets it. Answered by <see cref="NodeReplies"/>.</summary>
    public sealed record Remove(string Name) : INoSerializationVerificationNeeded;
}

/// <summary>"Tell me".</summary>
public static class NodeQueries
{
    /// <summary>Every node that this one knows: answered by <see cref="NodeReplies.Nodes"/>.</summary>
    public sealed class List : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly List Instance = new();

        private List()
        {
        }
    }
}

/// <summary>Answers of the <see cref="ClusterNodes"/>.</summary>
public static class NodeReplies
{
    /// <summary>By name.</summary>
    public sealed record Nodes(IReadOnlyList<NodeView> Items) : INoSerializationVerificationNeeded;

    /// <summary>It was taken out, or was forgotten.</summary>
    public sealed record Removed(NodeView Node) : INoSerializationVerificationNeeded;

    /// <summary>It was not.</summary>
    /// <param name="Code">Of the problem: <c>node-not-found</c> or <c>node-reachable</c>.</param>
    /// <param name="Message">Why, and what to do.</param>
    public sealed record Rejected(string Code, string Message) : INoSerializationVerificationNeeded;
}

/// <summary>"It happened": to whoever follows.</summary>
public static class NodeEvents
{
    /// <summary>A node is there and answers, for the first time, again, or as a new process.</summary>
    /// <param name="Info">What it told of itself.</param>
    /// <param name="IsSelf">Whether it is this node.</param>
    public sealed record Up(NodeInfo Info, bool IsSelf) : INoSerializationVerificationNeeded;

    /// <summary>A node does not answer.</summary>
    public sealed record Unreachable(NodeInfo Info, DateTimeOffset Since) : INoSerializationVerificationNeeded;

    /// <summary>A node is no member any more; what it knew is as it was.</summary>
    public sealed record Gone(NodeInfo Info, DateTimeOffset Since) : INoSerializationVerificationNeeded;

    /// <summary>A node was taken out for good: what is kept of it can be forgotten.</summary>
    public sealed record Forgotten(string Name) : INoSerializationVerificationNeeded;
}
