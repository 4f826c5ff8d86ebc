namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>A node as another sees it.</summary>
/// <param name="Info">What it told of itself.</param>
/// <param name="State">What the cluster knows of it.</param>
/// <param name="Since">When that began, by the clock of the node that looks.</param>
/// <param name="IsLeader">Whether it is the one that carries out changes of the membership.</param>
/// <param name="IsSelf">Whether it is the node that looks.</param>
public sealed record NodeView(NodeInfo Info, NodeState State, DateTimeOffset Since, bool IsLeader, bool IsSelf);
