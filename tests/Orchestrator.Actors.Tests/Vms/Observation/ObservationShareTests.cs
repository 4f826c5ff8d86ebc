using System.Text;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservationShareTests : ActorTest
{
    private static readonly ObservationNeed Users = new(GuestAspects.Users, null);
    private static readonly ObservationNeed Network = new(GuestAspects.Network, Selector("web*"));
    private static readonly ObservationNeed Programs = new(GuestAspects.Programs, Selector("db*"));

    private readonly TestProbe _vmHost;
    private readonly TestProbe _peer;
    private readonly IActorRef _share;

    public ObservationShareTests()
    {
        (_vmHost, _peer) = (CreateTestProbe(), CreateTestProbe());
        _share = Sys.ActorOf(ObservationShare.PropsFor("a", _vmHost, Time));
    }

    [Fact]
    public async Task What_readers_here_need_is_looked_at_here_and_told_to_nodes_that_are_there_and_that_join()
    {
        _share.Tell(new ShareCommands.Join("b", _peer));
        Assert.Empty((await _peer.ExpectMsgAsync<ShareMessages.NeedsOf>()).Needs);
        SetOwn(Users, Network);

        await LookedAtAsync(Users, Network);
        var told = await _peer.ExpectMsgAsync<ShareMessages.NeedsOf>();
        Assert.Equal(("a", [new SharedNeed(GuestAspects.Users, null), new SharedNeed(GuestAspects.Network, "web*")]), (told.Node, told.Needs.ToArray()), Same);
        var late = CreateTestProbe();
        _share.Tell(new ShareCommands.Join("c", late));
        Assert.Equal(told.Version, (await late.ExpectMsgAsync<ShareMessages.NeedsOf>()).Version);
    }

    [Fact]
    public async Task What_readers_of_other_nodes_need_is_looked_at_until_their_node_is_gone()
    {
        SetOwn(Users);
        await LookedAtAsync(Users);
        _share.Tell(NeedsOf("b", 1, 1, Network));
        await LookedAtAsync(Users, Network);
        _share.Tell(NeedsOf("c", 1, 1, Network, Programs));
        await LookedAtAsync(Users, Network, Programs);

        _share.Tell(new ShareCommands.Leave("c"));

        await LookedAtAsync(Users, Network);
        _share.Tell(new ShareCommands.Leave("b"));
        await LookedAtAsync(Users);
    }

    [Fact]
    public async Task The_newest_of_a_node_replaces_what_it_said_before_and_what_is_older_is_nothing()
    {
        _share.Tell(NeedsOf("b", 5, 3, Network));
        await LookedAtAsync(Network);
        _share.Tell(NeedsOf("b", 5, 2, Users));
        _share.Tell(NeedsOf("b", 4, 9, Users));
        _share.Tell(NeedsOf("b", 5, 3, Network));
        _share.Tell(NeedsOf("a", 9, 9, Users));
        _share.Tell(NeedsOf("b", 6, 0, Programs));

        await LookedAtAsync(Programs);
    }

    [Fact]
    public async Task Needs_are_told_again_and_again()
    {
        SetOwn(Users);
        _share.Tell(new ShareCommands.Join("b", _peer));
        var first = await _peer.ExpectMsgAsync<ShareMessages.NeedsOf>();

        Advance(ObservationShare.TellPause);

        var again = await _peer.ExpectMsgAsync<ShareMessages.NeedsOf>();
        Assert.Equal((first.Life, first.Version), (again.Life, again.Version));
        _share.Tell(new ShareCommands.Leave("b"));
        Advance(ObservationShare.TellPause);
        await SettleAsync(_share);
        Assert.False(_peer.HasMessages);
    }

    [Fact]
    public async Task Needs_of_a_node_that_says_nothing_more_expire_and_those_that_are_renewed_do_not()
    {
        _share.Tell(NeedsOf("b", 1, 1, Network));
        _share.Tell(NeedsOf("c", 1, 1, Users));
        await LookedAtAsync(Network);
        await LookedAtAsync(Network, Users);
        for (var passed = TimeSpan.Zero; passed < ObservationDesk.Lifetime; passed += ObservationShare.TellPause)
        {
            Advance(ObservationShare.TellPause);
            _share.Tell(NeedsOf("c", 1, 1, Users));
        }

        await LookedAtAsync(Users);
    }

    [Fact]
    public async Task The_desk_speaks_to_it_in_the_place_of_the_vm_host()
    {
        var desk = Sys.ActorOf(ObservationDesk.PropsFor(_share, Time));
        desk.Tell(new ObservationCommands.Need("k", GuestAspects.Users, null));

        await LookedAtAsync(Users);
    }

    [Fact]
    public void Needs_that_do_not_fit_into_a_message_are_joined_to_one_for_all_vms()
    {
        var needs = Enumerable.Range(0, 1_000).Select(number => new ObservationNeed(GuestAspects.Network, Selector($"web{number:0000}-{new string('x', 100)}*")))
            .Append(new ObservationNeed(GuestAspects.Programs, Selector(new string('y', SharedNeeds.MaxBytes)))).Append(Users).ToArray();

        var shared = SharedNeeds.Write(needs);
        var bytes = WireFormats.ByType[typeof(ShareMessages.NeedsOf)].Write(new ShareMessages.NeedsOf("a", 1, 1, shared));

        Assert.InRange(bytes.Length, 10_000, SharedNeeds.MaxBytes + 1_000);
        Assert.Equal(new SharedNeed(GuestAspects.Network | GuestAspects.Programs, null), shared[^1]);
        Assert.Contains(new SharedNeed(GuestAspects.Users, null), shared);
    }

    [Fact]
    public void What_cannot_be_understood_is_needed_of_more_guests_never_of_fewer() =>
        Assert.Equal([Users, new ObservationNeed(GuestAspects.Network, null)], SharedNeeds.Read([new(GuestAspects.Users | (GuestAspects)1024, null), new((GuestAspects)1024, null), new(GuestAspects.Network, "][")]));

    [Fact]
    public void The_message_has_its_text()
    {
        var (format, message) = (WireFormats.ByType[typeof(ShareMessages.NeedsOf)], new ShareMessages.NeedsOf("a", 7, 3, SharedNeeds.Write([Users, Network])));
        const string Text = """{"node":"a","life":7,"version":3,"needs":[{"aspects":2},{"aspects":1,"vms":"web*"}]}""";

        Assert.Equal(("observation.needs.v1", Text), (format.Manifest, Encoding.UTF8.GetString(format.Write(message))));
        var read = (ShareMessages.NeedsOf)format.Read(Encoding.UTF8.GetBytes(Text));
        Assert.Equal((message.Node, message.Life, message.Version), (read.Node, read.Life, read.Version));
        Assert.Equal(message.Needs, read.Needs);
    }

    private static bool Same((string Node, SharedNeed[] Needs) one, (string Node, SharedNeed[] Needs) other) => one.Node == other.Node && one.Needs.SequenceEqual(other.Needs);

    private static TargetSelector Selector(string text) => TargetSelector.TryParse(text, out var selector, out _) ? selector : throw new ArgumentException(text);

    private static ShareMessages.NeedsOf NeedsOf(string node, long life, long version, params ObservationNeed[] needs) => new(node, life, version, SharedNeeds.Write(needs));

    private void SetOwn(params ObservationNeed[] needs) => _share.Tell(new VmHostCommands.SetObservation(needs));

    private async Task LookedAtAsync(params ObservationNeed[] needs) => Assert.Equal(needs.ToHashSet(), (await _vmHost.ExpectMsgAsync<VmHostCommands.SetObservation>()).Needs.ToHashSet());
}
