using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>
/// Where duties go: one that not every node can do, to the node with the fewest such among those that can, and it stays there; the others are dealt
/// out evenly, as Akka does. A node says what it can by a role of the duty's name.
/// </summary>
/// <param name="system">A member of the cluster.</param>
/// <param name="others">For duties that every node can do.</param>
internal sealed class DutyPlaces(ActorSystem system, IShardAllocationStrategy others) : IActorSystemDependentAllocationStrategy
{
    /// <inheritdoc/>
    public void Start(ActorSystem actorSystem) => (others as IActorSystemDependentAllocationStrategy)?.Start(actorSystem);

    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        if (!IsOfSome(shardId))
            return others.AllocateShard(requester, shardId, Without(currentShardAllocations));
        var able = AddressesOf(shardId);
        var place = Choose(currentShardAllocations.Select(region => (region.Key, Address: AddressOf(region.Key), region.Value)).Where(region => able.Contains(region.Address)).Select(region => (region.Key, region.Address.ToString(), region.Value)));
        return place is not null ? Task.FromResult(place) : Task.FromException<IActorRef>(new InvalidOperationException($"no node that can do it has the duty '{shardId}' in its configuration"));
    }

    /// <inheritdoc/>
    public async Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        var moves = await others.Rebalance(Without(currentShardAllocations), rebalanceInProgress.Where(shard => !IsOfSome(shard)).ToImmutableHashSet()).ConfigureAwait(false);
        // A node may have started anew without it, under its old address.
        var lost = currentShardAllocations.SelectMany(region => region.Value.Where(shard => IsOfSome(shard) && !AddressesOf(shard).Contains(AddressOf(region.Key))));
        return moves.Union(lost.Where(shard => !rebalanceInProgress.Contains(shard)));
    }

    /// <summary>The one with the fewest duties that only some can do; of equals, the first address.</summary>
    internal static T? Choose<T>(IEnumerable<(T Region, string Address, IImmutableList<string> Duties)> able)
        where T : class =>
        able.OrderBy(region => region.Duties.Count(IsOfSome)).ThenBy(region => region.Address, StringComparer.Ordinal).Select(region => region.Region).FirstOrDefault();

    private static bool IsOfSome(string duty) => duty.StartsWith(DutySharding.VmHostPrefix, StringComparison.Ordinal);

    private static ImmutableDictionary<IActorRef, IImmutableList<string>> Without(IImmutableDictionary<IActorRef, IImmutableList<string>> allocations) =>
        allocations.ToImmutableDictionary(region => region.Key, region => (IImmutableList<string>)[.. region.Value.Where(duty => !IsOfSome(duty))]);

    private HashSet<Address> AddressesOf(string duty) =>
        [.. Cluster.Get(system).State.Members.Where(member => member.HasRole(duty) && member.Status is MemberStatus.Up or MemberStatus.WeaklyUp).Select(member => member.Address)];

    private Address AddressOf(IActorRef region) => region.Path.Address is { HasLocalScope: false } address ? address : Cluster.Get(system).SelfAddress;
}
