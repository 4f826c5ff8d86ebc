using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clustering;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Freezing.Routing;

/// <summary>Nodes with two VMs each, and a <see cref="FreezeSupervisor"/> that has the duty of all. What nodes say to each other is written and read as between nodes.</summary>
public abstract class FleetFreezeTest : ActorTest
{
    private readonly IActorRef _inventory;

    private protected FleetFreezeTest()
    {
        Nodes = [.. new[] { "a", "b" }.Select(name => new LeaseNode(Sys, Time, name, [new LeaseGuest(name, $"{name}1"), new LeaseGuest(name, $"{name}2")]))];
        Known = Sys.ActorOf(Props.Create(() => new FakeNodes()));
        _inventory = Sys.ActorOf(Props.Create(() => new Picture(Nodes)));
        Duty = CreateTestProbe();
        Jobs = Sys.ActorOf(Props.Create(() => new SnapshotJobs()));
        foreach (var node in Nodes)
            node.Start();
        Assert.True(TargetSelector.TryParse("*", out var target, out _));
        Target = target;
    }

    private protected LeaseNode[] Nodes { get; }

    private protected LeaseNode A => Nodes[0];

    private protected LeaseNode B => Nodes[1];

    private protected IEnumerable<LeaseGuest> Guests => Nodes.SelectMany(node => node.Guests);

    /// <summary>Tells which nodes there are.</summary>
    private protected IActorRef Known { get; }

    /// <summary>The actor of the duty.</summary>
    private protected TestProbe Duty { get; }

    /// <summary>A <see cref="SnapshotJobs"/>.</summary>
    private protected IActorRef Jobs { get; }

    private protected TargetSelector Target { get; }

    /// <summary>How the router of a node is seen.</summary>
    private protected Func<NodeInfo, ActorSystem, ICanTell>? RouterOf { get; set; }

    private protected IActorRef Begin(long epoch = 1)
    {
        var fleet = new FleetLeases(Known, new DutyClaim("control", "a", epoch), Jobs) { RouterOf = RouterOf ?? ((node, _) => Nodes.Single(known => known.Name == node.Name).Router) };
        return Duty.ChildActorOf(FreezeSupervisor.PropsFor(new FreezeEnvironment(_inventory, Time) { Fleet = fleet }));
    }

    private protected async Task KnowAsync()
    {
        foreach (var node in Nodes)
            await TellAsync(node, node.IsUp);
    }

    private protected async Task TellAsync(LeaseNode node, bool isUp)
    {
        node.IsUp = isUp;
        await Known.Ask<FakeNodes.Set>(new FakeNodes.Set(node.Info, isUp), Limit);
    }

    private protected Task<object> CreateAsync(IActorRef freezes, double ttl = 60, FreezeRequirement require = FreezeRequirement.Fs) =>
        freezes.Ask<object>(new FreezeCommands.Create(new FreezeSpec { Target = Target, Owner = "backup", Ttl = TimeSpan.FromSeconds(ttl), Require = require }), Limit);

    private protected static FreezeGroupSnapshot GroupOf(object answer) => Assert.IsType<FreezeReplies.Group>(answer).Snapshot;

    /// <summary>All are frozen.</summary>
    private protected async Task<(IActorRef Freezes, FreezeGroupSnapshot Group)> FrozenAsync(double ttl = 60)
    {
        await KnowAsync();
        var freezes = Begin();
        var group = GroupOf(await CreateAsync(freezes, ttl));
        Assert.Equal(FreezeGroupPhase.Frozen, group.Phase);
        Assert.All(Guests, guest => Assert.True(guest.IsFrozen));
        return (freezes, group);
    }

    private protected static async Task<FreezeGroupSnapshot> GetAsync(IActorRef freezes, string group) => GroupOf(await freezes.Ask<object>(new FreezeQueries.Get(group), Limit));

    /// <summary>Waits, without time, until the group stands so.</summary>
    private protected static async Task<FreezeGroupSnapshot> StandsAsync(IActorRef freezes, string group, Func<FreezeGroupSnapshot, bool> so, string what)
    {
        await Eventually.TrueAsync(async () => so(await GetAsync(freezes, group)), Limit, what);
        return await GetAsync(freezes, group);
    }

    private protected static FreezeMember MemberOf(FreezeGroupSnapshot group, string vm) => group.Members.Single(member => member.Vm.Name == vm);

    /// <summary>The VMs of all nodes, as they are now.</summary>
    private sealed class Picture : UntypedActor
    {
        private readonly LeaseNode[] _nodes;

        public Picture(LeaseNode[] nodes) => _nodes = nodes;

        protected override void OnReceive(object message) => Sender.Tell(new InventoryReplies.Selection([.. _nodes.SelectMany(node => node.Entries)]));
    }
}
