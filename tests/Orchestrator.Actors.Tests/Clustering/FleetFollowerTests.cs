using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clustering.Inventories;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.Tests.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.TestKit;

namespace Orchestrator.Actors.Tests.Clustering;

/// <summary>The picture of the whole fleet, from the own inventories of nodes that all live in this test's system.</summary>
public sealed class FleetFollowerTests : PartTest
{
    private readonly NodeInfo _info;
    private readonly TestProbe _source;
    private readonly IActorRef _fleet;
    private readonly FleetPicture _picture;
    private readonly IActorRef _follower;

    public FleetFollowerTests()
    {
        _info = new NodeInfo("b", 1, "akka://" + Sys.Name, "http://x", "1", DateTimeOffset.UnixEpoch, ["vmhost"]);
        _source = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Passing(_source)), Inventory.OwnName);
        _fleet = Sys.ActorOf(Inventory.PropsFor());
        _picture = new FleetPicture(Time);
        var nodes = CreateTestProbe();
        _follower = Sys.ActorOf(FleetFollower.PropsFor(nodes, _fleet, _picture, Time));
        nodes.ExpectMsg<NodeCommands.Follow>();
    }

    [Fact]
    public async Task Vms_of_a_node_are_in_the_fleet_under_its_name()
    {
        Up();
        await AnswerAsync(0, Whole(2, "a", "b"));

        await FleetIsAsync("a b");
        Assert.All(await EntriesAsync(_fleet), entry => Assert.Equal("b", entry.Node));
        Assert.Equal(2, (await AskedAsync()).After);
        Assert.True(_picture.IsWhole(1, [1]));
    }

    [Fact]
    public async Task Half_of_a_nodes_vms_are_no_whole_picture()
    {
        Up();
        await AnswerAsync(0, Whole(2, "a", "b") with { Began = 2 });
        await AskedAsync();

        Assert.False(_picture.IsWhole(1, [1]));
    }

    [Fact]
    public async Task Vms_of_a_remote_vm_host_belong_to_the_node_that_has_it_and_to_the_next_when_that_has_told_all()
    {
        var (first, second) = (CreateTestProbe(), CreateTestProbe());
        var (ofFirst, ofSecond) = (await VmHostAtAsync("one", "b", 3, first), await VmHostAtAsync("two", "c", 5, second));
        _follower.Tell(new VmHostEvents.Up(ofFirst));
        await AnswerAsync(first, Whole(2, "a", "b"));
        await FleetIsAsync("a b");
        Assert.All(await EntriesAsync(_fleet), entry => Assert.Equal(("b", "rack7"), (entry.Node, entry.Part)));

        var since = Time.GetUtcNow();
        _follower.Tell(new VmHostEvents.Down(ofFirst, since));
        await Eventually.TrueAsync(async () => (await EntriesAsync(_fleet)).All(entry => entry.Snapshot.StaleSince == since), Limit, "they are stale");
        _follower.Tell(new VmHostEvents.Up(ofSecond));
        await AnswerAsync(second, Whole(1, "a"));

        await FleetIsAsync("a");
        var entry = Assert.Single(await EntriesAsync(_fleet));
        Assert.Equal(("c", "rack7", null), (entry.Node, entry.Part, entry.Snapshot.StaleSince));
        _follower.Tell(new VmHostEvents.Forgotten("rack7"));
        await FleetIsAsync("");
    }

    [Fact]
    public async Task Vms_of_a_node_that_is_away_are_known_from_one_that_remembers_them_until_it_is_back()
    {
        var remembering = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Passing(remembering)), Inventory.FleetName);
        var since = Time.GetUtcNow();
        Up();
        await AnswerAsync(0, Whole(1, "a"));
        var asked = await remembering.ExpectMsgAsync<PartMessages.ReadLost>();
        Assert.Equal((1, ""), (asked.Incarnation, asked.After));
        Assert.False(_picture.IsWhole(9, [1]));

        remembering.Reply(new PartMessages.Lost(1, "", [Lost("x", "c", since)], IsLast: false));
        var next = await remembering.ExpectMsgAsync<PartMessages.ReadLost>();
        Assert.Equal(Entry("x").Path, next.After);
        remembering.Reply(new PartMessages.Lost(1, next.After, [Lost("y", "c", since), Lost("stale", "b", since)], IsLast: true));

        await Eventually.TrueAsync(() => _picture.IsWhole(9, [1]), Limit, "the picture is whole");
        Assert.Equal("a x y", await NamesAsync(_fleet));
        Assert.All((await EntriesAsync(_fleet)).Where(entry => entry.Snapshot.Name != "a"), entry => Assert.Equal(("c", "c", since), (entry.Node, entry.Part, entry.Snapshot.StaleSince)));

        _follower.Tell(new NodeEvents.Up(_info with { Name = "c", Incarnation = 7 }, IsSelf: false));
        while ((await AskedAsync()).After != 0)
        {
            // Those of the other node.
        }
        _source.Reply(Whole(1, "y"));

        await FleetIsAsync("a y");
        Assert.All(await EntriesAsync(_fleet), entry => Assert.Null(entry.Snapshot.StaleSince));
    }

    [Fact]
    public async Task Node_that_does_not_say_what_it_remembers_is_asked_again()
    {
        var remembering = CreateTestProbe();
        Sys.ActorOf(Props.Create(() => new Passing(remembering)), Inventory.FleetName);
        Up();
        await remembering.ExpectMsgAsync<PartMessages.ReadLost>();
        Advance(Inventory.PartPatience);

        await remembering.ExpectMsgAsync<PartMessages.ReadLost>();
    }

    [Fact]
    public async Task Changes_and_departures_follow()
    {
        Up();
        await AnswerAsync(0, Whole(2, "a", "b"));
        await AnswerAsync(2, new PartMessages.Part(2, [Entry("b") with { Vm = Sample.Vm("b") with { State = VmState.Running } }], [Entry("a").Path], 4, false, true));

        await FleetIsAsync("b");
        Assert.Equal(VmState.Running, (await EntriesAsync(_fleet))[0].Snapshot.State);
    }

    [Fact]
    public async Task Half_of_a_whole_picture_is_not_shown()
    {
        Up();
        await AnswerAsync(0, Whole(2, "a", "b"));
        await AnswerAsync(2, new PartMessages.Part(2, [Entry("c")], [], 7, true, false, 9));
        Assert.Equal((7, 9), await AskedAsync() is var asked ? (asked.After, asked.Began) : default);
        await SettleAsync(_fleet);
        Assert.Equal("a b", await NamesAsync(_fleet));

        _source.Reply(new PartMessages.Part(7, [Entry("b")], [Entry("d").Path], 9, false, true));

        await FleetIsAsync("b c");
    }

    [Fact]
    public async Task Who_left_within_a_whole_picture_is_not_shown()
    {
        Up();
        await AnswerAsync(0, new PartMessages.Part(0, [Entry("a"), Entry("b")], [], 2, true, false, 5));
        await AnswerAsync(2, new PartMessages.Part(2, [Entry("c")], [Entry("a").Path], 5, false, true));

        await FleetIsAsync("b c");
    }

    [Fact]
    public async Task Answer_that_comes_twice_is_taken_once()
    {
        Up();
        await AnswerAsync(0, Whole(2, "a", "b"));
        _source.Reply(Whole(2, "a", "b"));
        await AnswerAsync(2, new PartMessages.Part(2, [], [Entry("a").Path], 3, false, true));
        _source.Reply(new PartMessages.Part(2, [Entry("a")], [], 3, false, true));

        Assert.Equal(3, (await AskedAsync()).After);
        await FleetIsAsync("b");
    }

    [Fact]
    public async Task Lost_question_or_answer_is_asked_again_and_the_vms_are_stale_meanwhile()
    {
        Up();
        await AnswerAsync(0, Whole(1, "a"));
        var heard = Time.GetUtcNow();
        Assert.Equal(1, (await AskedAsync()).After);

        Advance(Inventory.PartPatience);

        Assert.Equal(1, (await AskedAsync()).After);
        await StaleIsAsync(heard);
        _source.Reply(new PartMessages.Part(1, [], [], 1, false, true));
        await StaleIsAsync(null);
    }

    [Fact]
    public async Task Vms_of_a_node_that_does_not_answer_are_stale_until_it_is_back()
    {
        Up();
        await AnswerAsync(0, Whole(1, "a"));
        var since = Time.GetUtcNow().AddSeconds(-3);

        _follower.Tell(new NodeEvents.Unreachable(_info, since));
        await StaleIsAsync(since);
        _follower.Tell(new NodeEvents.Gone(_info, Time.GetUtcNow()));
        Up();
        await SettleAsync(_follower);
        await StaleIsAsync(since);

        await AnswerAsync(1, new PartMessages.Part(1, [], [], 1, false, true));
        await StaleIsAsync(null);
    }

    [Fact]
    public async Task New_process_of_a_node_replaces_all_of_the_old_one_at_once()
    {
        Up();
        await AnswerAsync(0, Whole(2, "a", "b"));
        await FleetIsAsync("a b");
        var old = Vms["a"];
        Vms.Clear();
        Up(incarnation: 2);
        await StaleIsAsync(Time.GetUtcNow());

        await AskedUntilAsync(0);
        _source.Reply(new PartMessages.Part(0, [Entry("a")], [], 1, true, false, 2));
        await AskedAsync(1);
        await SettleAsync(_fleet);
        Assert.Equal("a b", await NamesAsync(_fleet));
        _source.Reply(new PartMessages.Part(1, [Entry("c")], [], 2, false, true));

        await FleetIsAsync("a c");
        Assert.NotEqual(old, (await EntriesAsync(_fleet))[0].Vm);
        await StaleIsAsync(null);
    }

    [Fact]
    public async Task What_is_said_of_an_earlier_process_changes_nothing()
    {
        Up(incarnation: 2);
        await AnswerAsync(0, Whole(1, "a"));
        _follower.Tell(new NodeEvents.Gone(_info, Time.GetUtcNow()));
        await AnswerAsync(1, new PartMessages.Part(1, [Entry("b")], [], 2, false, true));

        await FleetIsAsync("a b");
        await StaleIsAsync(null);
    }

    [Fact]
    public async Task Forgotten_node_takes_its_vms_along()
    {
        Up();
        await AnswerAsync(0, Whole(1, "a"));
        await FleetIsAsync("a");

        _follower.Tell(new NodeEvents.Forgotten("nobody"));
        _follower.Tell(new NodeEvents.Forgotten("b"));

        await FleetIsAsync("");
        Up(incarnation: 2);
        Vms.Clear();
        await AskedUntilAsync(0);
        _source.Reply(Whole(1, "a"));
        await FleetIsAsync("a");
    }

    private void Up(int incarnation = 1) => _follower.Tell(new NodeEvents.Up(_info with { Incarnation = incarnation }, IsSelf: false));

    private PartEntry Entry(string name)
    {
        if (!Vms.TryGetValue(name, out var vm))
            Vms.Add(name, vm = Sys.ActorOf(Props.Create(() => new Silent())));
        return new PartEntry(vm.Path.ToSerializationFormat(), Sample.Vm(name));
    }

    private LostEntry Lost(string name, string node, DateTimeOffset since) => new(Entry(name) is var entry ? entry with { Vm = entry.Vm with { StaleSince = since } } : null!, node, node);

    private PartMessages.Part Whole(long version, params string[] names) => new(0, [.. names.Select(Entry)], [], version, true, true);

    private async Task<PartMessages.ReadPart> AskedAsync() => await _source.ExpectMsgAsync<PartMessages.ReadPart>();

    private async Task AskedAsync(long after) => Assert.Equal(after, (await AskedAsync()).After);

    /// <summary>Past questions of a follower that has ended.</summary>
    private async Task AskedUntilAsync(long after)
    {
        while ((await AskedAsync()).After != after)
        {
        }
    }

    private async Task AnswerAsync(long after, PartMessages.Part part)
    {
        await AskedUntilAsync(after);
        _source.Reply(part);
    }

    private static async Task AnswerAsync(TestProbe source, PartMessages.Part part)
    {
        await source.ExpectMsgAsync<PartMessages.ReadPart>();
        source.Reply(part);
    }

    /// <summary>A remote VmHost whose inventory is a probe.</summary>
    private async Task<VmHostInfo> VmHostAtAsync(string actor, string node, long epoch, TestProbe inventory)
    {
        var host = Sys.ActorOf(Props.Create(() => new Parent(inventory)), actor);
        await SettleAsync(host);
        return new VmHostInfo("rack7", node, 1, "akka://" + Sys.Name, host.Path.ToStringWithoutAddress(), epoch);
    }

    private Task FleetIsAsync(string names) => Eventually.TrueAsync(async () => await NamesAsync(_fleet) == names, Limit, $"the fleet is '{names}'");

    private Task StaleIsAsync(DateTimeOffset? since) =>
        Eventually.TrueAsync(async () => (await EntriesAsync(_fleet)).All(entry => entry.Snapshot.StaleSince == since), Limit, $"the VMs are stale since {since}");

    private sealed class Parent(IActorRef inventory) : UntypedActor
    {
        protected override void PreStart() => Context.ActorOf(Props.Create(() => new Passing(inventory)), "inventory");

        protected override void OnReceive(object message) => Unhandled(message);
    }

    /// <summary>The own inventory of the node, played by the test.</summary>
    private sealed class Passing(IActorRef to) : UntypedActor
    {
        protected override void OnReceive(object message) => to.Forward(message);
    }
}
