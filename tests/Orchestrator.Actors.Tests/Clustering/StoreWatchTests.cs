using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>The node "a", whose peers live in this test's system, too.</summary>
public sealed class StoreWatchTests : ActorTest
{
    private const string Question = "list jobs-0";
    private static readonly DutySettings Times = new();
    private readonly MemoryDutyStore _store;
    private readonly StoreSight _sight;
    private readonly TestProbe _nodes;
    private readonly IActorRef _watch;

    public StoreWatchTests()
    {
        (_store, _sight, _nodes) = (new MemoryDutyStore(Time), new StoreSight(Time), CreateTestProbe());
        var environment = new DutyEnvironment("a", _store, Time) { Duties = ["jobs-0"], PartOf = _ => throw new NotSupportedException() };
        _watch = Sys.ActorOf(StoreWatch.PropsFor(_nodes, environment, _sight), "own");
        _nodes.ExpectMsg<NodeCommands.Follow>();
        _watch.Tell(new NodeEvents.Up(Info("a", "akka.tcp://orchestrator@10.0.0.1:4053"), IsSelf: true));
    }

    [Fact]
    public async Task Node_that_sees_the_store_says_nothing()
    {
        await LooksAsync(3);

        Assert.False(_sight.IsBlind("akka.tcp://orchestrator@10.0.0.1:4053"));
    }

    [Fact]
    public async Task Node_that_does_not_see_it_twice_is_blind_until_it_does()
    {
        await LooksAsync(1);
        _store.Failure = "no connection";
        await LooksAsync(1);
        Assert.False(_sight.IsBlind("akka.tcp://orchestrator@10.0.0.1:4053"));

        await LooksAsync(2);
        await Eventually.TrueAsync(() => _sight.IsBlind("akka.tcp://orchestrator@10.0.0.1:4053"), Limit, "it is blind");

        _store.Failure = null;
        await LooksAsync(1);
        Time.Advance(StoreSight.Lifetime);
        await LooksAsync(2);
        Assert.False(_sight.IsBlind("akka.tcp://orchestrator@10.0.0.1:4053"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Store_that_is_silent_is_not_seen(bool isDeaf)
    {
        (_store.IsSilent, _store.IsDeaf) = (true, isDeaf);
        await LooksAsync(4);

        await Eventually.TrueAsync(() => _sight.IsBlind("akka.tcp://orchestrator@10.0.0.1:4053"), Limit, "it is blind");
    }

    [Fact]
    public async Task What_another_node_says_is_believed()
    {
        _watch.Tell(new DutyMessages.StoreAway("akka.tcp://orchestrator@10.0.0.2:4053"));

        await Eventually.TrueAsync(() => _sight.IsBlind("akka.tcp://orchestrator@10.0.0.2:4053"), Limit, "it is believed");
    }

    [Fact]
    public async Task Others_are_told_for_as_long_as_they_are_there()
    {
        var b = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Passing(b)), StoreWatch.ActorName);
        _watch.Tell(new NodeEvents.Up(Info("b", "akka://" + Sys.Name), IsSelf: false));
        _store.Failure = "no connection";

        await LooksAsync(4);
        Assert.Equal("akka.tcp://orchestrator@10.0.0.1:4053", b.ExpectMsg<DutyMessages.StoreAway>(Limit).Address);
        b.ExpectMsg<DutyMessages.StoreAway>(Limit);

        _watch.Tell(new NodeEvents.Gone(Info("b", "akka://" + Sys.Name), Time.GetUtcNow()));
        await LooksAsync(1);
        while (b.HasMessages)
            b.ReceiveOne(Limit);
        await LooksAsync(2);
        Assert.False(b.HasMessages);
    }

    private static NodeInfo Info(string name, string address) => new(name, 1, address, "http://x", "1", DateTimeOffset.UnixEpoch, ["gateway"]);

    private async Task LooksAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var before = _store.CountOf(Question);
            await Eventually.TrueAsync(
                () =>
                {
                    Advance(Times.RenewPause / 8);
                    return _store.CountOf(Question) > before;
                },
                Limit,
                "it has looked");
        }
    }

    private sealed class Passing(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Forward(message);
    }
}
