using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>In a cluster: how freezes and snapshots reach the VMs of all nodes.</summary>
/// <param name="Nodes">Tells who follows it which nodes there are (<see cref="NodeEvents"/>): the <see cref="ClusterNodes"/>.</param>
/// <param name="Claim">The right to it: what is sent carries its epoch, and a router that knows a newer one refuses it.</param>
/// <param name="Jobs">Carries out what snapshots change: the duty's own jobs.</param>
public sealed record FleetLeases(IActorRef Nodes, DutyClaim Claim, IActorRef Jobs)
{
    /// <summary>Where a node's router is; by default <see cref="LeaseRouter.ActorName"/> under its <c>/user</c>.</summary>
    public Func<NodeInfo, ActorSystem, ICanTell> RouterOf { get; init; } = static (node, system) => system.ActorSelection($"{node.Address}/user/{LeaseRouter.ActorName}");

    /// <summary>Makes a job's <see cref="JobSpec.Document"/>, as the gateway reads it again after the duty has moved; by default nothing.</summary>
    public Func<JobSpec, ReadOnlyMemory<byte>> WriteDocument { get; init; } = static _ => default;

    /// <summary>The nodes that answer, by name.</summary>
    internal async Task<Dictionary<string, NodeInfo>> UpAsync()
    {
        try
        {
            var known = await Nodes.Ask<NodeReplies.Nodes>(NodeQueries.List.Instance, TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            return known.Items.Where(node => node.State is NodeState.Up or NodeState.Leaving).ToDictionary(node => node.Info.Name, node => node.Info, StringComparer.Ordinal);
        }
        catch (AskTimeoutException)
        {
            return new Dictionary<string, NodeInfo>(StringComparer.Ordinal);
        }
    }
}
