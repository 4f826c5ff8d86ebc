using System.Text;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A guest that goes beyond what is borne: from its first violation to its release.</summary>
public sealed class VmActorQuarantineTests : VmActorTest
{
    private const int Violations = 30;

    [Fact]
    public async Task Broken_answers_end_their_commands_and_then_the_trust()
    {
        await StartReadyAsync();
        Fake.Answers["guest-get-time"] = "\"evil\"";
        for (var i = 0; i < Violations; i++)
        {
            Invoke("guest-get-time");
            await AssertOutcomeAsync(Phase.Failed, Reasons.GuestProtocolViolation, Effect.None);
        }
        Assert.Equal(AgentState.Ready, (await StateAsync()).Agent);

        Invoke("guest-get-time");
        var last = await OutcomeAsync();

        Assert.Equal((Phase.Failed, Reasons.GuestProtocolViolation), (last.Phase, last.Reason));
        Assert.Matches(@"^return: expected an integer .*, got a string \(from byte 0: 7b2272657475726e223a20226576696c22", last.Message);
        var vm = await ShowsAsync(vm => vm.Agent == AgentState.Quarantined);
        Assert.Equal((VmState.Running, GuestQuarantineKind.Violations, Time.GetUtcNow()), (vm.State, vm.Quarantine!.Kind, vm.Quarantine.Since));
        Assert.Contains("vm release", vm.Message);
        Assert.Equal(5, vm.Quarantine.Evidence.Count);
        Assert.All(vm.Quarantine.Evidence, found => Assert.Equal(("Schema", "guest-get-time", "return"), (found.Kind, found.Command, found.Path)));
        Assert.Contains("\"evil\"", Encoding.ASCII.GetString(vm.Quarantine.Evidence[0].Bytes.Span));
        var told = await EventAsync("GUEST_QUARANTINED");
        Assert.Equal("""{"kind":"violations","path":"return","incarnation":1}""", DataOf(told));
        Assert.Equal((Provenance.Host, vm.Quarantine), (told.Provenance, told.Seen!.Quarantine));
        await InTime(Agent.Closed.ContinueWith(_ => true));
    }

    [Fact]
    public async Task Commands_to_a_quarantined_guest_end_at_once_and_QEMU_still_answers()
    {
        await StartQuarantinedAsync();

        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.GuestQuarantined, Effect.None);
        InvokeRun();
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.GuestQuarantined, Effect.None);
        Invoke("query-status");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        Assert.Equal(1, Fake.Agent.Connections);
    }

    [Fact]
    public async Task What_was_written_ends_unknown_and_what_waited_was_not_sent()
    {
        await StartReadyAsync();
        Fake.Hold("guest-get-time");
        var written = Invoke("guest-get-time");
        await Agent.NextAsync("guest-get-time");
        var waiting = Invoke("guest-ping");

        await FloodAsync();

        var outcomes = new Dictionary<Invocation, Outcome>();
        for (var i = 0; i < 2; i++)
        {
            var ended = await Router.ExpectMsgAsync<FanOutEvents.InvocationEnded>();
            outcomes[ended.Invocation] = ended.Outcome;
        }
        Assert.Equal((Phase.Unknown, Reasons.GuestQuarantined), (outcomes[written].Phase, outcomes[written].Reason));
        Assert.Equal((Phase.Undelivered, Reasons.GuestQuarantined, Effect.None), (outcomes[waiting].Phase, outcomes[waiting].Reason, outcomes[waiting].Effect));
    }

    [Fact]
    public async Task A_guest_cannot_free_itself()
    {
        await StartQuarantinedAsync();

        foreach (var open in (bool[])[false, true, true, false, true])
        {
            await Qmp.Peer.EventAsync("VSERPORT_CHANGE", $$"""{"id": "port7", "open": {{(open ? "true" : "false")}}}""");
            await EventAsync("VSERPORT_CHANGE");
        }
        await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");
        await EventAsync("RESET");
        await EventAsync("GUEST_REBOOT");
        Fake.Qmp.Cut();
        Advance(60);
        await SettleVmAsync();
        Qmp = await AdvanceUntilAsync(Fake.Qmp.AcceptAsync(), step: 1);
        await ShowsAsync(vm => vm is { State: VmState.Running, RunState: not null, Agent: AgentState.Quarantined });

        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.GuestQuarantined, Effect.None);
        Assert.Equal(1, Fake.Agent.Connections);
    }

    [Fact]
    public async Task Release_opens_the_channel_afresh_and_begins_every_count_anew()
    {
        await StartQuarantinedAsync();
        Fake.Answers["guest-get-time"] = "7";

        var released = await Vm.Ask<VmReplies.Released>(VmCommands.Release.Instance, Limit);

        Assert.Equal((AgentState.Connecting, null), (released.Snapshot.Agent, released.Snapshot.Quarantine));
        Agent = await Fake.Agent.AcceptAsync();
        var vm = await ShowsAsync(vm => vm is { Agent: AgentState.Ready, Incarnation: 2 });
        Assert.Equal((null, null), (vm.Quarantine, vm.Message));
        Invoke("guest-get-time");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        Fake.Answers["guest-get-time"] = "\"evil\"";
        for (var i = 0; i < Violations; i++)
        {
            Invoke("guest-get-time");
            await AssertOutcomeAsync(Phase.Failed, Reasons.GuestProtocolViolation, Effect.None);
        }
        Assert.Equal(AgentState.Ready, (await StateAsync()).Agent);
    }

    [Fact]
    public async Task Release_of_a_guest_that_is_not_quarantined_changes_nothing()
    {
        await StartReadyAsync();

        var answer = await Vm.Ask<VmReplies.NotQuarantined>(VmCommands.Release.Instance, Limit);

        Assert.Equal(AgentState.Ready, answer.Snapshot.Agent);
        Assert.Equal(1, Fake.Agent.Connections);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    /// <summary>QEMU tells of one change a second, of whichever is the last: they may all be closings, or all openings.</summary>
    [Theory]
    [InlineData("false", "true")]
    [InlineData("false", "false")]
    [InlineData("true", "true")]
    public async Task A_port_that_opens_and_closes_without_end_is_quarantined(string odd, string even)
    {
        await StartReadyAsync();

        for (var i = 0; i <= Settings.GuestLimits.MaxPortChanges; i++)
        {
            await Qmp.Peer.EventAsync("VSERPORT_CHANGE", $$"""{"id": "port7", "open": {{(i % 2 == 0 ? odd : even)}}}""");
            await SettleVmAsync();
            Advance(0.5);
        }

        var vm = await ShowsAsync(vm => vm.Agent == AgentState.Quarantined);
        Assert.Equal(GuestQuarantineKind.PortChanges, vm.Quarantine!.Kind);
        await Events.FishForMessageAsync(message => message is FleetEvent { Name: "GUEST_QUARANTINED" } told && DataOf(told).Contains("port-changes", StringComparison.Ordinal), Limit);
    }

    [Fact]
    public async Task Agent_that_is_restarted_now_and_then_is_not()
    {
        await StartReadyAsync();
        for (var i = 0; i < 60; i++)
        {
            await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"id": "port7", "open": true}""");
            await Events.FishForMessageAsync(message => message is FleetEvent { Name: "VSERPORT_CHANGE" }, Limit);
            await SettleVmAsync();
            Advance(3);
        }

        Assert.Null((await StateAsync()).Quarantine);
    }

    [Theory]
    [InlineData("{\"return\": {}, \"id\": 1}\n")]
    [InlineData("{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true}}\n")]
    [InlineData("{\"QMP\": {}}\n")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n")]
    [InlineData("inf\n")]
    [InlineData("{\"return\": \"\\ud800\", \"return\": \"\u00c0\u0080\"}\n")]
    public async Task Whatever_a_guest_says_unasked_it_only_harms_itself(string line)
    {
        await StartReadyAsync();

        await FloodAsync(line);

        await ShowsAsync(vm => vm is { State: VmState.Running, Agent: AgentState.Quarantined });
        await EventAsync("GUEST_QUARANTINED");
        Assert.False(Events.HasMessages);
    }

    [Fact]
    public async Task Wrong_synchronizations_without_end_are_quarantined()
    {
        Fake.Hold("guest-sync-delimited");
        StartVm();
        Agent = await Fake.Agent.AcceptAsync();
        await Agent.NextAsync("guest-sync-delimited");

        await SendUntilClosedAsync("\u00ff{\"return\": 4711}\n");

        var vm = await ShowsAsync(vm => vm.Agent == AgentState.Quarantined);
        Assert.Equal(GuestQuarantineKind.StaleMessages, vm.Quarantine!.Kind);
        Assert.Contains("4711", Encoding.ASCII.GetString(Assert.Single(vm.Quarantine.Evidence).Bytes.Span));
    }

    [Fact]
    public async Task Bytes_without_end_or_line_end_are_quarantined_beyond_the_longest_answer()
    {
        await StartReadyAsync();
        Fake.Hold("guest-get-time");
        Invoke("guest-get-time");
        await Agent.NextAsync("guest-get-time");

        var sent = await SendUntilClosedAsync(new string('A', 1 << 20));

        var vm = await ShowsAsync(vm => vm.Agent == AgentState.Quarantined);
        Assert.Equal(GuestQuarantineKind.UnaskedBytes, vm.Quarantine!.Kind);
        Assert.InRange(sent, (72 + 16) << 20, 100 << 20);
        Assert.Equal("AAAA", Encoding.ASCII.GetString(vm.Quarantine.Evidence[^1].Bytes.Span[..4]));
    }

    private async Task StartQuarantinedAsync()
    {
        await StartReadyAsync();
        await FloodAsync();
        await ShowsAsync(vm => vm.Agent == AgentState.Quarantined);
        await EventAsync("GUEST_QUARANTINED");
    }

    private Task FloodAsync(string line = "{\"return\": {}, \"id\": 1}\n") => SendUntilClosedAsync(line);

    private async Task<long> SendUntilClosedAsync(string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var sent = 0L;
        try
        {
            for (var i = 0; !Agent.Closed.IsCompleted && i < 100_000; i++)
            {
                await Agent.Peer.SendRawAsync(bytes);
                sent += bytes.Length;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It was closed.
        }
        await InTime(Agent.Closed.ContinueWith(_ => true));
        return sent;
    }

    /// <summary>The VM as it is now; fails for a quarantined one.</summary>
    private async Task<VmSnapshot> StateAsync()
    {
        await SettleVmAsync();
        return Assert.IsType<VmReplies.NotQuarantined>(await Vm.Ask<object>(VmCommands.Release.Instance, Limit)).Snapshot;
    }
}
