using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>
/// Gives duties to the nodes that reach the store, and takes them from those that do not: such a node is a good member otherwise, and would keep what it
/// cannot do. Among nodes that are alike in that, another strategy decides.
/// </summary>
/// <param name="inner">Decides among those.</param>
/// <param name="sight">Who reaches the store.</param>
/// <param name="self">Akka address of this node, whose own region has none.</param>
internal sealed class SightedAllocation(IShardAllocationStrategy inner, StoreSight sight, Address self) : IActorSystemDependentAllocationStrategy
{
    /// <summary>Duties that are on their way from one node to another at a time.</summary>
    private const int MaxMoving = 8;

    /// <inheritdoc/>
    public void Start(ActorSystem system) => (inner as IActorSystemDependentAllocationStrategy)?.Start(system);

    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        var seeing = Seeing(currentShardAllocations);
        return inner.AllocateShard(seeing.ContainsKey(requester) ? requester : seeing.Keys.First(), shardId, seeing);
    }

    /// <inheritdoc/>
    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        var seeing = Seeing(currentShardAllocations);
        if (seeing.Count == currentShardAllocations.Count)
            return inner.Rebalance(currentShardAllocations, rebalanceInProgress);
        var stuck = currentShardAllocations.Where(region => !seeing.ContainsKey(region.Key)).SelectMany(region => region.Value).Where(shard => !rebalanceInProgress.Contains(shard));
        return Task.FromResult<IImmutableSet<string>>([.. stuck.Take(Math.Max(0, MaxMoving - rebalanceInProgress.Count))]);
    }

    /// <summary>Where nobody reaches the store, everything stays where it is.</summary>
    private IImmutableDictionary<IActorRef, IImmutableList<string>> Seeing(IImmutableDictionary<IActorRef, IImmutableList<string>> all)
    {
        var seeing = all.Where(region => !sight.IsBlind(AddressOf(region.Key))).ToImmutableDictionary();
        return seeing.Count == 0 ? all : seeing;
    }

    private string AddressOf(IActorRef region) => (region.Path.Address.HasLocalScope ? self : region.Path.Address).ToString();
}
