using System.Collections.Frozen;
using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Actors.Tests.VmHosts;

public sealed class VmHostSupervisorTests : ActorTest
{
    private readonly TestProbe _inventory;
    private readonly IActorRef _supervisor;
    private readonly Dictionary<string, IActorRef> _appeared = [];
    private readonly HashSet<IActorRef> _shown = [];

    public VmHostSupervisorTests()
    {
        _inventory = CreateTestProbe();
        _supervisor = Sys.ActorOf(VmHostSupervisor.PropsFor("host1", _inventory, CreateTestProbe(), new VmSettings { Time = Time }), "vms");
    }

    [Fact]
    public async Task New_VMs_come_and_those_not_named_any_more_leave()
    {
        SetVms(Spec("a"), Spec("b"));
        var (a, b) = (await AppearsAsync("a"), await AppearsAsync("b"));
        Watch(a);

        SetVms(Spec("b"), Spec("c"));

        await ExpectTerminatedAsync(a);
        await AppearsAsync("c");
        Assert.Equal(b, await ChildAsync("b"));
    }

    [Fact]
    public async Task The_same_again_changes_nothing()
    {
        SetVms(Spec("a"));
        var vm = await AppearsAsync("a");

        SetVms(Spec("a"));
        await SettleAsync(_supervisor);

        Assert.Equal(vm, await ChildAsync("a"));
    }

    [Fact]
    public async Task Other_endpoints_under_the_same_name_are_another_VM()
    {
        SetVms(Spec("a"));
        var first = await AppearsAsync("a");
        Watch(first);

        SetVms(Spec("a", "/elsewhere"));

        await ExpectTerminatedAsync(first);
        Assert.NotEqual(first, await AppearsAsync("a"));
    }

    [Fact]
    public async Task Other_labels_reach_the_VM_that_runs()
    {
        SetVms(Spec("a") with { Labels = Labels("x") });
        var vm = await AppearsAsync("a");

        SetVms(Spec("a") with { Labels = Labels("y") });

        var changed = await _inventory.FishForMessageAsync(message => message is VmEvents.Changed { Snapshot.Labels: var labels } && labels["tier"] == "y", Limit);
        Assert.NotNull(changed);
        Assert.Equal(vm, await ChildAsync("a"));
    }

    [Fact]
    public async Task A_name_is_reused_only_after_the_actor_before_has_stopped()
    {
        SetVms(Spec("a"));
        var first = await AppearsAsync("a");
        Watch(first);

        // Leaves, comes back, leaves and comes back elsewhere, while the first is stopping.
        SetVms();
        SetVms(Spec("a"));
        SetVms();
        SetVms(Spec("a", "/elsewhere"));
        SetVms(Spec("a", "/at/last"));

        // The message about the endpoint that nobody listens at tells which of them it is.
        await ExpectTerminatedAsync(first);
        await AdvanceUntilAsync(
            _inventory.FishForMessageAsync(message => message is VmEvents.Changed { Snapshot.Message: { } why } && why.Contains("/at/last", StringComparison.Ordinal), Limit).AsTask(), step: 0.1);
        var last = _inventory.LastSender;
        Assert.NotEqual(first, last);
        await SettleAsync(_supervisor);
        Assert.Equal(last, await ChildAsync("a"));
        SetVms();
        Watch(last);
        await ExpectTerminatedAsync(last);
    }

    [Fact]
    public async Task A_VM_that_left_again_while_its_predecessor_stopped_does_not_come()
    {
        SetVms(Spec("a"), Spec("b"));
        var first = await AppearsAsync("a");
        Watch(first);

        SetVms(Spec("a", "/elsewhere"), Spec("b"));
        SetVms(Spec("b"));

        await ExpectTerminatedAsync(first);
        await Orchestrator.TestKit.Eventually.TrueAsync(async () => (await ChildAsync("a")).IsNobody(), Limit, "no actor has the name");
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("$x")]
    [InlineData("größe 7%")]
    [InlineData("..")]
    [InlineData("日本")]
    [InlineData("a;b=c,(d)'e'*!~@:&+")]
    public async Task Any_name_of_a_VM_is_a_name_of_an_actor(string name)
    {
        SetVms(Spec(name), Spec("other"));

        await AppearsAsync(name);
        await AppearsAsync("other");
    }

    [Fact]
    public async Task A_VM_named_twice_does_not_take_the_others_down()
    {
        SetVms(Spec("a"), Spec("b"));
        var (a, b) = (await AppearsAsync("a"), await AppearsAsync("b"));

        SetVms(Spec("a"), Spec("b"), Spec("b"));
        await SettleAsync(_supervisor);

        Assert.Equal(a, await ChildAsync("a"));
        Assert.Equal(b, await ChildAsync("b"));
    }

    [Fact]
    public async Task A_failing_VM_is_restarted_alone()
    {
        SetVms(Spec("a"), Spec("b"));
        var (a, b) = (await AppearsAsync("a"), await AppearsAsync("b"));

        a.Tell(new VmSignals.CompositeEnded(null!, null!));

        Assert.Equal(a, await AppearsAsync("a"));
        Assert.Equal(b, await ChildAsync("b"));
    }

    private void SetVms(params VmSpec[] specs) => _supervisor.Tell(new VmHostCommands.SetVms(specs));

    private static VmSpec Spec(string name, string directory = "/nowhere") => new() { Name = name, Qmp = new Endpoint.Unix($"{directory}/qmp.sock") };

    private static FrozenDictionary<string, string> Labels(string tier) => new Dictionary<string, string> { ["tier"] = tier }.ToFrozenDictionary();

    /// <summary>The actor that showed itself under a name for the first time.</summary>
    private async Task<IActorRef> AppearsAsync(string name)
    {
        IActorRef? vm;
        while (!_appeared.Remove(name, out vm))
        {
            var next = await AdvanceUntilAsync(_inventory.ReceiveOneAsync(Limit).AsTask(), step: 0.1);
            Assert.False(next is null, $"{name} does not appear");
            // One that comes later than the first is shown when it is known whose it is, such as nobody's.
            if (next is VmEvents.Changed { Snapshot: var shown } && (_shown.Add(_inventory.LastSender) || shown.State == VmState.Connecting))
                _appeared[shown.Name] = _inventory.LastSender;
        }
        return vm;
    }

    private async Task<IActorRef> ChildAsync(string name) =>
        (await Sys.ActorSelection(_supervisor.Path / name).Ask<ActorIdentity>(new Identify(null), Limit)).Subject ?? ActorRefs.Nobody;
}
