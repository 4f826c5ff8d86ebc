using Akka.Actor;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>How a job's commands reach its VMs.</summary>
public abstract record FanOutRouters
{
    private FanOutRouters()
    {
    }

    /// <summary>All VMs are this node's: one router, in the same process, which nothing is lost on the way to.</summary>
    /// <param name="Router">The <see cref="FanOutRouter"/>.</param>
    public sealed record Local(IActorRef Router) : FanOutRouters;

    /// <summary>The VMs are those of a cluster's nodes: each has a <see cref="ClusterRouter"/>, this one too.</summary>
    /// <param name="Nodes">Tells who follows it which nodes there are (<see cref="NodeEvents"/>): the <see cref="ClusterNodes"/>.</param>
    /// <param name="Partition">Which part of the cluster's jobs this is (<see cref="JobPartition"/>).</param>
    /// <param name="Claim">The right to it: what is sent carries its epoch, and a router that knows a newer one refuses it.</param>
    public sealed record Fleet(IActorRef Nodes, char Partition, DutyClaim Claim) : FanOutRouters
    {
        /// <summary>Where a node's router is; by default <see cref="ClusterRouter.ActorName"/> under its <c>/user</c>.</summary>
        /// <remarks>A remote VmHost has one of its own: <see cref="RouterOfVmHost"/>.</remarks>
        public Func<NodeInfo, ActorSystem, ICanTell> RouterOf { get; init; } = static (node, system) => system.ActorSelection($"{node.Address}/user/{ClusterRouter.ActorName}");

        /// <summary>Where the router of a remote VmHost is; by default beside its VMs on the node that has it.</summary>
        public Func<VmHostInfo, ActorSystem, ICanTell> RouterOfVmHost { get; init; } = static (host, system) => system.ActorSelection($"{host.Address}{host.Path}/{ClusterRouter.ActorName}");
    }
}
