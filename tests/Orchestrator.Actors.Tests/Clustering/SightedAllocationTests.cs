using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Orchestrator.Actors.Clustering.Duties;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>Regions of four nodes: this one, and b, c and d.</summary>
public sealed class SightedAllocationTests : ActorTest
{
    private static readonly Address Self = Address.Parse("akka.tcp://orchestrator@10.0.0.1:4053");
    private readonly StoreSight _sight;
    private readonly SightedAllocation _allocation;
    private readonly IActorRef _own;
    private readonly Dictionary<IActorRef, IImmutableList<string>> _shards = [];

    public SightedAllocationTests()
    {
        _sight = new StoreSight(Time);
        _allocation = new SightedAllocation(new LeastLoaded(), _sight, Self);
        _own = CreateTestProbe().Ref;
        _shards[_own] = ["0"];
        _shards[Remote("10.0.0.2")] = ["1", "2"];
        _shards[Remote("10.0.0.3")] = ["3", "4", "5"];
    }

    private ImmutableDictionary<IActorRef, IImmutableList<string>> All => _shards.ToImmutableDictionary();

    [Fact]
    public async Task Where_all_see_the_store_the_other_strategy_decides()
    {
        Assert.Equal(_own, await _allocation.AllocateShard(_own, "6", All));
        Assert.Equal(["moved"], await _allocation.Rebalance(All, []));
    }

    [Fact]
    public async Task Node_that_does_not_see_it_gets_nothing_and_loses_what_it_has()
    {
        _sight.Blind(Self.ToString());
        _sight.Blind("akka.tcp://orchestrator@10.0.0.2:4053");

        Assert.Equal("10.0.0.3", (await _allocation.AllocateShard(_own, "6", All)).Path.Address.Host);
        Assert.Equal(["0", "1", "2"], (await _allocation.Rebalance(All, [])).Order());
        Assert.Equal(["1"], (await _allocation.Rebalance(All, ["0", "2"])).Order());
    }

    [Fact]
    public async Task What_a_node_said_is_forgotten()
    {
        _sight.Blind(Self.ToString());
        Time.Advance(StoreSight.Lifetime);

        Assert.Equal(_own, await _allocation.AllocateShard(_own, "6", All));
    }

    [Fact]
    public async Task Where_nobody_sees_it_everything_stays()
    {
        _sight.Blind(Self.ToString());
        _sight.Blind("akka.tcp://orchestrator@10.0.0.2:4053");
        _sight.Blind("akka.tcp://orchestrator@10.0.0.3:4053");

        Assert.Equal(_own, await _allocation.AllocateShard(_own, "6", All));
        Assert.Equal(["moved"], await _allocation.Rebalance(All, []));
    }

    [Fact]
    public async Task No_more_than_eight_are_on_their_way()
    {
        _sight.Blind("akka.tcp://orchestrator@10.0.0.4:4053");
        _shards[Remote("10.0.0.4")] = [.. Enumerable.Range(10, 20).Select(number => $"{number}")];

        Assert.Equal(8, (await _allocation.Rebalance(All, [])).Count);
        Assert.Equal(3, (await _allocation.Rebalance(All, ["a", "b", "c", "d", "e"])).Count);
    }

    private static IActorRef Remote(string host) => new Elsewhere(new RootActorPath(new Address("akka.tcp", "orchestrator", host, 4053)) / "system" / "sharding" / "duties");

    private sealed class LeastLoaded : IShardAllocationStrategy
    {
        public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
        {
            Assert.Contains(requester, currentShardAllocations.Keys);
            return Task.FromResult(currentShardAllocations.MinBy(region => region.Value.Count).Key);
        }

        public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) =>
            Task.FromResult<IImmutableSet<string>>(["moved"]);
    }

    private sealed class Elsewhere(ActorPath path) : MinimalActorRef
    {
        public override ActorPath Path => path;

        public override IActorRefProvider Provider => throw new NotSupportedException();
    }
}
