using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorIdentityTests : VmActorTest
{
    [Fact]
    public async Task A_new_VM_shows_itself_before_it_answers()
    {
        StartVm();

        var first = (await Inventory.ExpectMsgAsync<VmEvents.Changed>()).Snapshot;

        Assert.Equal(("web1", "host1", VmState.Connecting, AgentState.Connecting, 0), (first.Name, first.Host, first.State, first.Agent, first.Incarnation));
        Assert.Null(first.Id);
    }

    [Fact]
    public async Task Facts_of_controllers_stand_beside_the_guests_until_they_are_taken_back()
    {
        StartVm();
        await ShowsAsync(vm => vm is { Guest: not null, Id: not null });

        await Vm.Ask<VmReplies.FactsSet>(new VmCommands.SetFacts(new Dictionary<string, string?> { ["sync.offset"] = "3 ms", ["sync.none"] = null }), Limit);
        var told = await ShowsAsync(vm => vm.Facts.ContainsKey("sync.offset"));
        Assert.Equal(("3 ms", "12"), (told.Facts["sync.offset"], told.Facts["os.version-id"]));
        Assert.DoesNotContain("sync.none", told.Facts.Keys);

        Vm.Tell(new VmCommands.SetFacts(Enumerable.Range(0, 300).ToDictionary(number => $"many.{number}", string? (number) => "x")));
        Assert.Equal(256, (await ShowsAsync(vm => vm.Facts.ContainsKey("many.0"))).Facts.Count);
        Vm.Tell(new VmCommands.SetFacts(new Dictionary<string, string?> { ["sync.offset"] = null }));
        Assert.Equal("12", (await ShowsAsync(vm => !vm.Facts.ContainsKey("sync.offset"))).Facts["os.version-id"]);
    }

    [Fact]
    public async Task QEMU_and_the_guest_tell_who_they_are()
    {
        StartVm();

        var vm = await ShowsAsync(vm => vm is { State: VmState.Running, RunState: not null, Agent: AgentState.Ready, Id: not null, Guest: not null });

        Assert.Equal(FakeVm.Uuid, vm.Id.ToString());
        Assert.Equal(("running", "7.2.22", 1), (vm.RunState, vm.QemuVersion, vm.Incarnation));
        Assert.Equal(new GuestInfoSnapshot("linux", "Debian GNU/Linux 12", "7.2.22"), vm.Guest);
        Assert.Equal("Web One", vm.Facts["qemu.name"]);
        Assert.Equal("7.2.22", vm.Facts["qemu.version"]);
        Assert.Equal("12", vm.Facts["os.version-id"]);
        Assert.Null(vm.Message);
        var startup = await EventAsync("GUEST_STARTUP");
        Assert.Equal("""{"os-type":"linux","os-version":"Debian GNU/Linux 12","agent-version":"7.2.22"}""", DataOf(startup));
        Assert.Equal((Provenance.Guest, "web1", "host1", Time.GetUtcNow()), (startup.Provenance, startup.VmName, startup.Host, startup.Time));
    }

    [Theory]
    [InlineData(false, "port7")]
    [InlineData(true, "")]
    public async Task Port_of_the_agent_is_a_fact_also_without_an_id(bool silent, string expected)
    {
        if (silent)
            Fake.HasSilentPort();
        StartVm();

        var vm = await ShowsAsync(vm => vm.Facts.ContainsKey("agent.port"));

        Assert.Equal(expected, vm.Facts["agent.port"]);
    }

    [Theory]
    [InlineData("""{"UUID": "00000000-0000-0000-0000-000000000000"}""")]
    [InlineData("""{"UUID": "not one"}""")]
    [InlineData("{}")]
    [InlineData("!CommandNotFound")]
    public async Task Without_a_UUID_of_its_own_a_VM_gets_one_of_its_names(string answer)
    {
        Fake.Answers["query-uuid"] = answer;
        StartVm();

        var vm = await ShowsAsync(vm => vm.Id is not null);

        Assert.Equal(NamedUuid.Of("host1", "web1"), vm.Id!.Value.Value);
    }

    [Fact]
    public async Task A_storage_daemon_that_knows_no_question_runs()
    {
        foreach (var question in Fake.Answers.Keys.Where(key => !key.StartsWith("guest-", StringComparison.Ordinal)))
            Fake.Answers[question] = "!CommandNotFound";
        StartVm(Fake.Spec with { Agent = null });

        var vm = await ShowsAsync(vm => vm.Id is not null);
        Invoke("query-block");
        Qmp = await Fake.Qmp.AcceptAsync();
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("query-block"), "[]");

        Assert.Equal(NamedUuid.Of("host1", "web1"), vm.Id!.Value.Value);
        Assert.Equal((VmState.Running, AgentState.None), (vm.State, vm.Agent));
        Assert.Null(vm.RunState);
        Assert.Empty(vm.Facts.Keys.Except(["qemu.version"]));
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.AgentAbsent, Effect.None);
    }

    [Fact]
    public async Task A_restarted_agent_is_told_once_and_introduces_itself_again()
    {
        await StartReadyAsync();
        Fake.Answers["guest-get-osinfo"] = """{"id": "fedora", "pretty-name": "Fedora 41"}""";

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");

        await EventAsync("VSERPORT_CHANGE");
        var restarted = await EventAsync("GUEST_AGENT_RESTARTED");
        var startup = await EventAsync("GUEST_STARTUP");
        Assert.Equal(("""{"incarnation":2}""", Provenance.Host), (DataOf(restarted), restarted.Provenance));
        Assert.Contains("Fedora 41", DataOf(startup), StringComparison.Ordinal);
        Assert.Equal("fedora", (await ShowsAsync(vm => vm.Guest?.OsVersion == "Fedora 41")).Facts["os.id"]);
    }

    [Fact]
    public async Task A_closed_port_is_the_loss_of_the_agent_and_its_opening_another_agent()
    {
        await StartReadyAsync();

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": false, "id": "port7"}""");

        await EventAsync("VSERPORT_CHANGE");
        Assert.Equal("""{"incarnation":1,"reason":"port-closed"}""", DataOf(await EventAsync("GUEST_AGENT_LOST")));
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.AgentAbsent, Effect.None);

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": true, "id": "port7"}""");

        await EventAsync("VSERPORT_CHANGE");
        Assert.Equal("""{"incarnation":2}""", DataOf(await EventAsync("GUEST_AGENT_RESTARTED")));
        await EventAsync("GUEST_STARTUP");
    }

    [Fact]
    public async Task Other_ports_are_not_the_agents()
    {
        await StartReadyAsync();

        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": false, "id": "spice"}""");
        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": false}""");
        await EventAsync("VSERPORT_CHANGE");
        await EventAsync("VSERPORT_CHANGE");
        Invoke("guest-ping");

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_port_that_sends_no_events_is_looked_at()
    {
        await StartWithSilentPortAsync();
        Fake.Answers["guest-file-close"] = "{}";
        Fake.Answers["query-chardev"] = FakeVm.Chardevs(open: false);

        Advance(5);
        await EventAsync("GUEST_AGENT_LOST");
        Fake.Answers["query-chardev"] = FakeVm.Chardevs(open: true);
        Advance(5);

        await EventAsync("GUEST_AGENT_RESTARTED");
        await EventAsync("GUEST_STARTUP");
    }

    [Fact]
    public async Task A_port_that_was_closed_from_the_start_makes_the_agent_absent()
    {
        Fake.Answers["query-chardev"] = FakeVm.Chardevs(open: false);
        Fake.Hold("guest-sync-delimited");
        StartVm();

        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        await SettleAsync(Vm);
        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task A_silent_agent_is_lost_once_and_introduces_itself_only_if_it_is_another()
    {
        await StartReadyAsync();
        Fake.Hold("guest-sync-delimited");
        Fake.Hold("query-status");
        Invoke("guest-get-time", seconds: 4);
        await Agent.NextAsync("guest-get-time");
        Advance(3);
        await Qmp.Peer.ReturnAsync(await Qmp.NextAsync("query-status"), """{"status": "running", "running": true}""");
        // What comes after the answer tells that the answer is there.
        await Qmp.Peer.EventAsync("RTC_CHANGE", """{"offset": 0}""");
        await EventAsync("RTC_CHANGE");
        Advance(1);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.AgentUnresponsive, Effect.None);
        Assert.Equal("""{"incarnation":1,"reason":"silent"}""", DataOf(await EventAsync("GUEST_AGENT_LOST")));
        await Agent.Peer.AnswerSynchronizationAsync(await Agent.NextAsync("guest-sync-delimited"));

        await ShowsAsync(vm => vm is { Agent: AgentState.Ready, Incarnation: 1 });
        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task New_labels_are_shown()
    {
        await StartReadyAsync();

        Vm.Tell(new VmCommands.SetLabels(new Dictionary<string, string> { ["tier"] = "front" }.ToFrozenDictionary()));

        await ShowsAsync(vm => vm.Labels.GetValueOrDefault("tier") == "front" && vm.Agent == AgentState.Ready);
    }
}
