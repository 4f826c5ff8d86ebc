using Akka.Actor;
using Akka.TestKit;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservationDeskTests : ActorTest
{
    private readonly TestProbe _vmHost;
    private readonly IActorRef _desk;

    public ObservationDeskTests()
    {
        _vmHost = CreateTestProbe();
        _desk = Sys.ActorOf(ObservationDesk.PropsFor(_vmHost, Time));
    }

    [Fact]
    public async Task Needs_are_told_when_they_change_and_not_when_they_are_renewed()
    {
        Need("a", GuestAspects.Users, "web*");
        Assert.Equal([(GuestAspects.Users, "web*")], await ToldAsync());

        Need("a", GuestAspects.Users, "web*");
        Need("b", GuestAspects.Users, "web*");
        Need("a", GuestAspects.Network);

        Assert.Equal([(GuestAspects.Network, null), (GuestAspects.Users, "web*")], await ToldAsync());
        Forget("b");
        Assert.Equal([(GuestAspects.Network, null)], await ToldAsync());
        Need("a", GuestAspects.None);
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task Need_that_is_not_renewed_expires_and_one_that_is_stays()
    {
        Need("left", GuestAspects.Users);
        Need("kept", GuestAspects.Network);
        await ToldAsync();
        Assert.Equal(2, (await ToldAsync()).Count);

        Advance(60);
        Need("kept", GuestAspects.Network);
        await SettleAsync(_desk);
        Advance(60);

        Assert.Equal([(GuestAspects.Network, null)], await ToldAsync());
        Advance(60);
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task Needs_beyond_the_limit_are_joined_to_one_for_all_VMs_while_one_of_them_is_renewed()
    {
        for (var i = 0; i < ObservationDesk.MaxNeeds; i++)
            Need($"key{i}", GuestAspects.Users, $"vm{i}");
        await SettleAsync(_desk);
        while (_vmHost.HasMessages)
            await ToldAsync();

        Need("one more", GuestAspects.Network, "web1");
        Need("another", GuestAspects.Filesystems, "web2");

        Assert.Contains((GuestAspects.Network, null), await ToldAsync());
        var all = await ToldAsync();
        Assert.Equal(ObservationDesk.MaxNeeds + 1, all.Count);
        Assert.Contains((GuestAspects.Network | GuestAspects.Filesystems, null), all);

        Advance(119);
        Need("one more", GuestAspects.Network, "web1");
        await SettleAsync(_desk);
        Advance(1);
        Assert.Equal([(GuestAspects.Network | GuestAspects.Filesystems, null)], await ToldAsync());
        Advance(119);
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task Forgetting_what_is_not_known_tells_nothing()
    {
        Forget("a");
        Need("b", GuestAspects.None);
        await SettleAsync(_desk);

        Assert.False(_vmHost.HasMessages);
    }

    [Fact]
    public void Needs_of_one_VM_are_those_of_all_and_those_whose_selector_means_it()
    {
        var needs = new ObservationNeeds([new(GuestAspects.Users, null), new(GuestAspects.Network, Selector("web*")), new(GuestAspects.Programs, Selector("db*"))]);

        Assert.Equal(GuestAspects.Users | GuestAspects.Network, needs.Of(new() { Name = "web1", Host = "host1" }));
        Assert.Equal(GuestAspects.Users, needs.Of(new() { Name = "x", Host = "host1" }));
        Assert.Equal(GuestAspects.None, ObservationNeeds.None.Of(new() { Name = "x", Host = "host1" }));
    }

    private void Need(string key, GuestAspects aspects, string? vms = null) => _desk.Tell(new ObservationCommands.Need(key, aspects, vms is null ? null : Selector(vms)));

    private void Forget(string key) => _desk.Tell(new ObservationCommands.Forget(key));

    private static TargetSelector Selector(string text)
    {
        Assert.True(TargetSelector.TryParse(text, out var selector, out _));
        return selector;
    }

    private async Task<List<(GuestAspects, string?)>> ToldAsync() =>
        [.. (await _vmHost.ExpectMsgAsync<VmHostCommands.SetObservation>()).Needs.Select(need => (need.Aspects, need.Vms?.Text)).OrderBy(need => need.Aspects)];
}
