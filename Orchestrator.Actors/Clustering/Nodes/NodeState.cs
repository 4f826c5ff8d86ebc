namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>What the cluster knows of a node.</summary>
public enum NodeState
{
    /// <summary>It is a member, or about to be, and has not told its name yet.</summary>
    Joining,

    /// <summary>It is a member, and answers.</summary>
    Up,

    /// <summary>It is a member that does not answer: it may be dead, stopped, or cut off.</summary>
    Unreachable,

    /// <summary>It is handing over what it does, and leaves.</summary>
    Leaving,

    /// <summary>It is no member any more; it may return.</summary>
    Gone,
}
