using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorObservationTests : VmActorObservationTest
{
    [Fact]
    public async Task Guest_that_nobody_needs_to_know_of_is_not_asked()
    {
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Network);
        await ObserveAsync(GuestAspects.None);

        await Qmp.Peer.EventAsync("RESUME");
        await EventAsync("RESUME");
        await QemuAnsweredAsync();
        await AssertNotAskedAsync(24 * 3600);
    }

    [Fact]
    public async Task First_look_is_shown_and_a_later_difference_is_told_as_the_guests()
    {
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
        var shown = await ShowsAsync(vm => vm.Facts.ContainsKey("net.addresses"));
        Assert.Equal(("10.0.2.15", "eth0"), (shown.Facts["net.addresses"], shown.Facts["net.interfaces"]));
        Assert.False(Events.HasMessages);

        await Agent.Peer.ReturnAsync(await AskedAfterAsync(15, Interfaces), Eth0("10.0.2.99"));

        var happened = await EventAsync("GUEST_NETWORK_CHANGED");
        Assert.Equal(Provenance.Guest, happened.Provenance);
        Assert.StartsWith("""{"added":[],"removed":[],"changed":[{"name":"eth0",""", DataOf(happened), StringComparison.Ordinal);
        Assert.Equal("10.0.2.99", happened.Seen!.Facts["net.addresses"]);
    }

    [Fact]
    public async Task Idle_guest_is_asked_ever_less_often()
    {
        await StartObservedAsync(GuestAspects.Network);
        foreach (var pause in new[] { 15, 30, 60 })
        {
            await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
            await AssertNotAskedAsync(pause - 1);
            Advance(1);
        }

        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
    }

    [Theory]
    [InlineData("RESUME", "{}", Interfaces)]
    [InlineData("MIGRATION", """{"status": "failed"}""", Interfaces)]
    [InlineData("NIC_RX_FILTER_CHANGED", """{"path": "/machine"}""", Interfaces)]
    [InlineData("DEVICE_DELETED", """{"path": "/machine"}""", Interfaces)]
    [InlineData("ACPI_DEVICE_OST", """{"info": {}}""", Filesystems)]
    [InlineData("BLOCK_JOB_COMPLETED", """{"device": "disk0"}""", Filesystems)]
    public async Task What_may_have_changed_the_guest_is_followed_by_a_look(string name, string data, string command)
    {
        await StartObservedAsync(command == Interfaces ? GuestAspects.Network : GuestAspects.Filesystems);
        await AnswerAsync(command, "[]");
        await AssertNotAskedAsync(10);

        await Qmp.Peer.EventAsync(name, data);
        await EventAsync(name);
        await QemuAnsweredAsync();

        Assert.NotNull(await AskedAfterAsync(1, command));
    }

    [Fact]
    public async Task Command_that_may_have_changed_the_guest_is_followed_by_a_look()
    {
        await StartObservedAsync(GuestAspects.Filesystems);
        await AnswerAsync(Filesystems, "[]");
        await AssertNotAskedAsync(10);

        Invoke("guest-fstrim");
        await Agent.Peer.ReturnAsync(await Agent.NextAsync("guest-fstrim"), """{"paths": []}""");
        await OutcomeAsync();
        await SettleVmAsync();

        Assert.NotNull(await AskedAfterAsync(1, Filesystems));
    }

    [Fact]
    public async Task Other_events_and_commands_are_not()
    {
        Fake.Answers[Interfaces] = "[]";
        await StartObservedAsync(GuestAspects.Filesystems | GuestAspects.Network);
        await AnswerAsync(Filesystems, "[]");

        await Qmp.Peer.EventAsync("BALLOON_CHANGE", """{"actual": 1}""");
        await Qmp.Peer.EventAsync("MIGRATION", """{"status": "active"}""");
        await EventAsync("BALLOON_CHANGE");
        await EventAsync("MIGRATION");
        await QemuAnsweredAsync();

        Fake.Hold(Interfaces);
        await AssertNotAskedAsync(10);
    }

    [Fact]
    public async Task Paused_guest_is_left_alone_and_looked_at_when_it_goes_on()
    {
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, "[]");
        Fake.Answers["query-status"] = """{"status": "paused", "running": false}""";
        await Qmp.Peer.EventAsync("STOP");
        await ShowsAsync(vm => vm.State == VmState.Paused);
        await EventAsync("STOP");

        Advance(3600);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);

        Fake.Answers["query-status"] = """{"status": "running", "running": true}""";
        await Qmp.Peer.EventAsync("RESUME");
        Assert.NotNull(await Agent.NextAsync(Interfaces));
    }

    [Fact]
    public async Task Look_never_waits_with_others_for_the_agent_and_is_made_up_for()
    {
        Fake.Hold("guest-get-time");
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Network);
        Invoke("guest-get-time", seconds: 600);
        var time = await Agent.NextAsync("guest-get-time");
        Advance(5);
        await SettleVmAsync();

        Invoke("guest-ping", seconds: 600);
        await Agent.Peer.ReturnAsync(time, "1");
        await OutcomeAsync();
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await SettleVmAsync();
        Assert.False(Agent.HasNext);

        Assert.NotNull(await AskedAfterAsync(1, Interfaces));
    }

    [Fact]
    public async Task What_the_agent_says_it_does_not_do_is_not_asked()
    {
        await StartReadyAsync();
        await ObserveAsync(GuestAspects.Users);

        await AssertNotAskedAsync(3600);
    }

    [Fact]
    public async Task Look_that_fails_tells_nothing_and_is_made_again()
    {
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
        await Agent.Peer.ErrorAsync(await AskedAfterAsync(15, Interfaces), "GenericError", "no");
        await TakenAsync();

        await Agent.Peer.ReturnAsync(await AskedAfterAsync(30, Interfaces), "[]");

        Assert.Contains("\"removed\":[{\"name\":\"eth0\"", DataOf(await EventAsync("GUEST_NETWORK_CHANGED")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_process_of_the_agent_is_looked_at_and_compared_with_the_one_before()
    {
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");
        await EventAsync("VSERPORT_CHANGE");
        await EventAsync("GUEST_AGENT_RESTARTED");
        await EventAsync("GUEST_STARTUP");
        await TakenAsync();
        await Agent.Peer.ReturnAsync(await AskedAfterAsync(1, Interfaces), Eth0("10.0.2.99"));

        await EventAsync("GUEST_NETWORK_CHANGED");
    }

    [Fact]
    public async Task Need_that_ends_and_comes_back_begins_with_a_first_look()
    {
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
        await ObserveAsync(GuestAspects.None);
        await ObserveAsync(GuestAspects.Network);
        Advance(5);
        await AnswerAsync(Interfaces, Eth0("10.0.2.99"));
        await ShowsAsync(vm => vm.Facts.GetValueOrDefault("net.addresses") == "10.0.2.99");

        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task Facts_that_nobody_keeps_true_end_with_the_incarnation()
    {
        await StartObservedAsync(GuestAspects.Network);
        await AnswerAsync(Interfaces, Eth0("10.0.2.15"));
        await ObserveAsync(GuestAspects.None);

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");

        var shown = await ShowsAsync(vm => vm.Incarnation == 2 && !vm.Facts.ContainsKey("net.addresses"));
        Assert.False(shown.Facts.ContainsKey("net.interfaces"));
        Assert.True(shown.Facts.ContainsKey("os.id"));
    }

    [Fact]
    public async Task Need_for_some_VMs_is_about_this_one_as_soon_as_it_is_one_of_them()
    {
        Assert.True(TargetSelector.TryParse("l:tier=front", out var front, out _));
        await StartReadyAsync();
        Vm.Tell(new VmCommands.Observe(new ObservationNeeds([new ObservationNeed(GuestAspects.Network, front)])));
        await AssertNotAskedAsync(3600);

        Vm.Tell(new VmCommands.SetLabels(new Dictionary<string, string> { ["tier"] = "front" }.ToFrozenDictionary()));
        await SettleVmAsync();

        Assert.NotNull(await AskedAfterAsync(5, Interfaces));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task VmHost_tells_every_VM_what_is_needed_also_those_that_come_later(bool isNeededBefore)
    {
        var supervisor = Sys.ActorOf(VmHostSupervisor.PropsFor("host1", Inventory, Events, Settings), "vms");
        object[] messages = [new VmHostCommands.SetObservation([new ObservationNeed(GuestAspects.Network, null)]), new VmHostCommands.SetVms([Fake.Spec])];
        foreach (var message in isNeededBefore ? messages : messages.Reverse())
            supervisor.Tell(message);
        Agent = await Fake.Agent.AcceptAsync();
        await ShowsAsync(vm => vm is { State: VmState.Running, Agent: AgentState.Ready, Guest: not null });
        await SettleAsync(supervisor);
        await Sys.ActorSelection(supervisor.Path / "web1").Ask<ActorIdentity>(new Identify(null), Limit);

        Assert.NotNull(await AskedAfterAsync(5, Interfaces));
    }
}
