namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>A node as it introduces itself.</summary>
/// <param name="Name">Unique in the cluster; also the name of its VmHost.</param>
/// <param name="Incarnation">Akka's number of its actor system: different after each start.</param>
/// <param name="Address">Its Akka address: <c>akka.ssl.tcp://orchestrator@10.0.0.1:4053</c>.</param>
/// <param name="Peer">Where other nodes reach its API: <c>https://10.0.0.1:4054</c>.</param>
/// <param name="Version">Of the program.</param>
/// <param name="StartedAt">When its process joined the cluster.</param>
/// <param name="Roles"><c>vmhost</c>, <c>gateway</c> or both.</param>
public sealed record NodeInfo(string Name, int Incarnation, string Address, string Peer, string Version, DateTimeOffset StartedAt, IReadOnlyList<string> Roles);
