using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class VmActorPowerTests : VmActorTest
{
    private const string ByGuest = """{"guest": true, "reason": "guest-shutdown"}""";

    [Fact]
    public async Task The_event_proves_a_command_while_its_channel_still_stands()
    {
        await SendShutdownAsync();
        Fake.Answers["query-status"] = """{"status": "shutdown"}""";

        await Qmp.Peer.EventAsync("SHUTDOWN", ByGuest);

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
        await EventAsync("SHUTDOWN");
        await EventAsync("GUEST_SHUTDOWN");
        Invoke("guest-ping");
        await AssertOutcomeAsync(Phase.Undelivered, Reasons.VmNotRunning, Effect.None);
    }

    [Fact]
    public async Task The_event_proves_a_command_after_its_channel_was_cut()
    {
        await SendShutdownAsync();
        Fake.Agent.Cut();
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        Assert.False(Router.HasMessages);

        await Qmp.Peer.EventAsync("SHUTDOWN", ByGuest);

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Fact]
    public async Task A_closed_port_is_a_cut_like_any_other()
    {
        await SendShutdownAsync();
        await Qmp.Peer.EventAsync("VSERPORT_CHANGE", """{"open": false, "id": "port7"}""");
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);

        await Qmp.Peer.EventAsync("RESET", """{"guest": true, "reason": "guest-reset"}""");

        await AssertOutcomeAsync(Phase.Succeeded, null, Effect.Applied);
    }

    [Theory]
    [InlineData("SHUTDOWN", """{"guest": false, "reason": "host-signal"}""")]
    [InlineData("SUSPEND", null)]
    [InlineData(null, null)]
    public async Task Without_its_event_a_cut_command_is_unknown_at_its_deadline(string? other, string? data)
    {
        await SendShutdownAsync();
        Fake.Agent.Cut();
        await ShowsAsync(vm => vm.Agent == AgentState.Absent);
        if (other is not null)
        {
            await Qmp.Peer.EventAsync(other, data);
            await EventAsync("GUEST_AGENT_LOST");
            await EventAsync(other);
        }
        await SettleAsync(Vm);
        Advance(9.999);
        await SettleAsync(Vm);
        Assert.False(Router.HasMessages);

        Advance(0.001);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.AgentRestarted, Effect.Unknown);
    }

    [Fact]
    public async Task A_guest_that_cannot_shut_down_says_so()
    {
        await StartReadyAsync();
        Fake.Answers["guest-shutdown"] = "!GenericError";

        Invoke("guest-shutdown");

        await AssertOutcomeAsync(Phase.Refused, Reasons.GuestError, Effect.Unknown);
    }

    [Fact]
    public async Task An_agent_that_stays_silent_has_no_proof()
    {
        await SendShutdownAsync();

        Fake.Answers["query-status"] = """{"status": "debug"}""";
        Advance(7.5);
        await ShowsAsync(vm => vm.RunState == "debug");
        Advance(2.5);

        await AssertOutcomeAsync(Phase.Unknown, Reasons.AgentUnresponsive, Effect.Unknown);
    }

    private async Task SendShutdownAsync()
    {
        await StartReadyAsync();
        Invoke("guest-shutdown");
        await Agent.NextAsync("guest-shutdown");
    }
}
