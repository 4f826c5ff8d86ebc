using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorConditionTests : VmActorTest
{
    [Fact]
    public async Task A_stopped_guest_is_not_asked_before_QEMU_tells_why_it_stopped()
    {
        await StartReadyAsync();
        Fake.Hold("query-status");

        await Qmp.Peer.EventAsync("STOP");

        var stop = await EventAsync("STOP");
        Assert.Equal((Provenance.Host, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddMicroseconds(123_456)), (stop.Provenance, stop.Time));
        Invoke("guest-ping");
        await ProgressAsync(PendingPhase.Blocked, Reasons.VmPaused);

        await Qmp.Peer.EventAsync("RESUME");
        await EventAsync("RESUME");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task QEMU_tells_the_exact_state_after_the_event()
    {
        await StartReadyAsync();
        Fake.Answers["query-status"] = """{"status": "io-error"}""";

        await Qmp.Peer.EventAsync("STOP");

        await ShowsAsync(vm => vm is { State: VmState.Paused, RunState: "io-error" });
    }

    [Fact]
    public async Task An_answer_of_before_a_newer_question_does_not_undo_an_event()
    {
        await StartReadyAsync();
        Fake.Hold("query-status");
        await Qmp.Peer.EventAsync("RESUME");
        var older = await Qmp.NextAsync("query-status");
        await Qmp.Peer.EventAsync("STOP");
        var newer = await Qmp.NextAsync("query-status");

        await Qmp.Peer.ReturnAsync(older, """{"status": "running"}""");
        await Qmp.Peer.ReturnAsync(newer, """{"status": "watchdog"}""");

        var states = new List<string?>();
        await ShowsAsync(vm =>
        {
            states.Add(vm.RunState);
            return vm.RunState == "watchdog";
        });
        Assert.Equal(["paused", "watchdog"], states);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(8)]
    public async Task An_agent_silent_because_QEMU_is_gets_QEMUs_reason(double seconds)
    {
        await StartReadyAsync();
        Fake.Hold("query-status");
        Invoke("guest-get-time", seconds);
        await Agent.NextAsync("guest-get-time");

        Advance(seconds * 0.75);
        await Qmp.NextAsync("query-status");
        await SettleVmAsync();
        Advance(seconds * 0.25);
        await SettleVmAsync();
        Advance(0.5);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.QemuUnresponsive, Effect.None);
        await ShowsAsync(vm => vm.State == VmState.Unresponsive);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.QemuUnresponsive, Effect.None);
        Invoke("query-block");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.QemuUnresponsive, Effect.None);
    }

    [Fact]
    public async Task A_silent_QEMU_is_probed_ever_less_often_until_it_answers()
    {
        await StartReadyAsync();
        Fake.Hold("query-status");
        await Qmp.Peer.EventAsync("RESUME");
        await Qmp.NextAsync("query-status");
        await SettleVmAsync();
        Advance(5);
        await ShowsAsync(vm => vm.State == VmState.Unresponsive);
        var probe = await AdvanceUntilAsync(Qmp.NextAsync("query-status"), step: 0.25);
        var first = Time.GetUtcNow();
        for (var pauses = 0; pauses < 6; pauses++)
            probe = await AdvanceUntilAsync(Qmp.NextAsync("query-status"), step: 0.25);
        // Pauses of 2, 4, 8, 16, 30 and 30 s, after 5 s of waiting each; with equal pauses these six would have taken 36 s.
        Assert.InRange(Time.GetUtcNow() - first, TimeSpan.FromSeconds(90), TimeSpan.MaxValue);
        await Qmp.Peer.ReturnAsync(probe, """{"status": "running"}""");

        await ShowsAsync(vm => vm is { State: VmState.Running, Message: null });
    }

    [Fact]
    public async Task A_slow_agent_of_an_answering_QEMU_is_itself_to_blame()
    {
        await StartReadyAsync();
        Invoke("guest-get-time", seconds: 2);
        await Agent.NextAsync("guest-get-time");
        Fake.Answers["query-status"] = """{"status": "debug"}""";

        Advance(1.5);
        await ShowsAsync(vm => vm.RunState == "debug");
        Advance(0.5);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.AgentUnresponsive, Effect.None);
    }

    [Fact]
    public async Task A_lost_monitor_leaves_a_ready_agent_reachable()
    {
        await StartReadyAsync();
        Fake.Qmp.Cut();
        await ShowsAsync(vm => vm.State == VmState.Unreachable);

        Invoke("query-block");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.HostUnreachable, Effect.None);
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);

        Advance(0.2);
        await ShowsAsync(vm => vm.State == VmState.Running);
    }

    [Fact]
    public async Task What_QEMU_does_for_the_guest_is_told_as_the_guests_event_too()
    {
        await StartReadyAsync();

        await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");

        await EventAsync("RESET");
        Assert.Equal("""{"reason":"guest-reset"}""", DataOf(await EventAsync("GUEST_REBOOT")));
    }

    [Fact]
    public async Task Resets_in_a_row_are_one_reboot_and_a_later_one_is_another()
    {
        await StartReadyAsync();
        for (var i = 0; i < 3; i++)
        {
            await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");
            await EventAsync("RESET");
            if (i == 0)
                await EventAsync("GUEST_REBOOT");
            Invoke("query-status");
            await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
            await SettleVmAsync();
            Advance(2);
        }
        Assert.False(Events.HasMessages);

        Advance(1);
        await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");

        await EventAsync("RESET");
        await EventAsync("GUEST_REBOOT");
    }

    [Theory]
    [InlineData("GUEST_PANICKED", """{"action":"pause"}""")]
    [InlineData("GUEST_CRASHLOADED", """{"action":"run"}""")]
    [InlineData("GUEST_PVSHUTDOWN", "")]
    public async Task What_QEMU_itself_tells_of_the_guest_is_passed_on_as_QEMUs(string name, string data)
    {
        await StartReadyAsync();

        await (data.Length > 0 ? Qmp.Peer.EventAsync(name, data) : Qmp.Peer.EventAsync(name));

        var happened = await EventAsync(name);
        Assert.Equal((Provenance.Host, data), (happened.Provenance, DataOf(happened)));
    }
}
