using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>The duties as Akka's sharding has them: each is a shard of its own, and goes to the node with the fewest, of those that reach the store and can do it (<c>SightedAllocation</c>, <c>DutyPlaces</c>).</summary>
public static class DutySharding
{
    /// <summary>Role of the nodes that have duties.</summary>
    public const string Role = "gateway";

    /// <summary>What the names of duties begin with that only nodes do which have a role of the same name: remote VmHosts.</summary>
    public const string VmHostPrefix = "vmhost-";

    private const string TypeName = "duties";

    /// <summary>Starts the region of this node; without the role, it only knows the way to the others.</summary>
    /// <param name="system">A member of the cluster.</param>
    /// <param name="environment">Of the duties.</param>
    /// <param name="hasRole">Whether this node has duties.</param>
    /// <param name="nodes">The <see cref="Nodes.ClusterNodes"/>.</param>
    /// <returns>The region: it takes the messages of any duty, wherever it is.</returns>
    public static IActorRef Start(ActorSystem system, DutyEnvironment environment, bool hasRole, IActorRef nodes)
    {
        var sharding = ClusterSharding.Get(system);
        if (!hasRole)
            return sharding.StartProxy(TypeName, Role, new Extractor());
        var (settings, sight) = (ClusterShardingSettings.Create(system).WithRole(Role), new StoreSight(environment.Time));
        system.ActorOf(StoreWatch.PropsFor(nodes, environment, sight), StoreWatch.ActorName);
        var allocation = new SightedAllocation(new DutyPlaces(system, sharding.DefaultShardAllocationStrategy(settings)), sight, Cluster.Get(system).SelfAddress);
        var region = sharding.Start(TypeName, duty => DutyActor.PropsFor(duty, environment), settings, new Extractor(), allocation, PoisonPill.Instance);
        system.ActorOf(DutyReminder.PropsFor(region, environment), "duty-reminder");
        return region;
    }

    private sealed class Extractor : IMessageExtractor
    {
        public string? EntityId(object message) => (message as IDutyMessage)?.Duty;

        public object EntityMessage(object message) => message;

        public string? ShardId(object message) => EntityId(message);

        public string ShardId(string entityId, object? messageHint = null) => entityId;
    }
}
