using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Agents that are killed and come back while QEMU keeps their connection open: no end of file tells of it.</summary>
public sealed class AgentRestartTests(GuestsFixture guests) : GuestTests(guests, WithDisk, WithoutPortId)
{
    private const string Released = "the agent may come back";

    // Detached from the agent, whose end it outlives, and late enough for the answer to be out.
    private const string KillSoon = "setsid sh -c 'sleep 0.5; killall -9 qemu-ga' >/dev/null 2>&1 </dev/null &";

    [Fact]
    public async Task Killed_agent_that_returns_at_once_is_a_new_incarnation_without_the_handles_and_pids_of_the_old_one()
    {
        var incarnation = await Guests.IncarnationAsync(WithDisk);
        var handle = (await Guests.Api.AgentAsync(WithDisk, "guest-file-open", """{"path":"/etc/hostname"}""")).Result().GetInt32();
        var pid = (await Guests.Api.AgentAsync(WithDisk, "guest-exec", """{"path":"true"}""")).Result().Number("pid");
        await using var events = await Guests.Api.OpenAsync("/v1/events?type=GUEST_*");

        (await Guests.Api.ShellAsync(WithDisk, KillSoon)).Succeeds();

        var restarted = await events.EventAsync("GUEST_AGENT_RESTARTED", WithDisk);
        var startup = await events.EventAsync("GUEST_STARTUP", WithDisk);
        Assert.Equal(incarnation + 1, Data(restarted).Number("incarnation"));
        Assert.Equal("linux", Data(startup).Text("os-type"));
        Assert.NotEqual("", Data(startup).Text("os-version"));
        Assert.Equal((await Guests.Api.AgentAsync(WithDisk, "guest-info")).Result().Text("version"), Data(startup).Text("agent-version"));
        Assert.Equal("guest", startup.Text("provenance"));
        Assert.Equal("io.orchestrator.guest.GUEST_STARTUP", startup.Text("type"));

        var vm = await Guests.Server.ReadyAsync(WithDisk);
        Assert.Equal(incarnation + 1, vm.Number("incarnation"));
        (await Guests.Api.AgentAsync(WithDisk, "guest-file-read", $$"""{"handle":{{handle}}}""")).Ends("Refused", "GuestError");
        (await Guests.Api.AgentAsync(WithDisk, "guest-exec-status", $$"""{"pid":{{pid}}}""")).Ends("Refused", "GuestError");
    }

    [Fact]
    public async Task Program_whose_agent_is_killed_meanwhile_ends_unknown_because_the_restarted_agent_forgot_it()
    {
        var incarnation = await Guests.IncarnationAsync(WithDisk);

        var outcome = (await Guests.Api.ShellAsync(WithDisk, "sleep 0.5; killall -9 qemu-ga; sleep 5", timeoutMs: 30_000)).Ends("Unknown", effect: "Applied");

        Assert.True(outcome.GetProperty("exec").Number("pid") > 1);
        await Guests.Server.VmAsync(WithDisk, vm => vm.Number("incarnation") == incarnation + 1 && vm.Is("agent", "Ready"), "has a new agent");
        Assert.Equal(WithDisk, await Guests.HostNameAsync(WithDisk));
    }

    [Fact]
    public async Task Port_without_id_sends_no_events_and_yet_a_lost_agent_is_noticed_and_found_again()
    {
        await Guests.ArmPowerButtonAsync(WithoutPortId, $"rm -f /run/qga.hold; echo {Released} > /dev/ttyS0");
        var incarnation = await Guests.IncarnationAsync(WithoutPortId);
        Assert.Equal(WithoutPortId, await Guests.HostNameAsync(WithoutPortId));

        (await Guests.Api.ShellAsync(WithoutPortId, "touch /run/qga.hold; " + KillSoon)).Succeeds();
        try
        {
            await Guests.Server.VmAsync(WithoutPortId, vm => vm.Is("agent", "Absent"), "has lost its agent");
            (await Guests.Api.AgentAsync(WithoutPortId, "guest-ping")).Ends("Undelivered", "AgentAbsent", "None");
        }
        finally
        {
            await Guests.PressPowerButtonAsync(WithoutPortId, Released);
        }

        await Guests.Server.VmAsync(WithoutPortId, vm => vm.Is("agent", "Ready") && vm.Number("incarnation") == incarnation + 1, "has a new agent");
        Assert.Equal(WithoutPortId, await Guests.HostNameAsync(WithoutPortId));
        await using var events = await Guests.Api.OpenAsync("/v1/events?from=beginning");
        await events.EventAsync("GUEST_AGENT_RESTARTED", WithoutPortId);
    }

    [Fact]
    public async Task Restart_that_passes_unseen_on_a_port_without_id_is_found_when_the_new_agent_does_not_know_a_handle()
    {
        var incarnation = await Guests.IncarnationAsync(WithoutPortId);
        var handle = (await Guests.Api.AgentAsync(WithoutPortId, "guest-file-open", """{"path":"/etc/hostname"}""")).Result().GetInt32();
        await using var events = await Guests.Api.OpenAsync("/v1/events?type=GUEST_*");
        (await Guests.Api.ShellAsync(WithoutPortId, KillSoon)).Succeeds();

        await Eventually.TrueAsync(
            async () =>
            {
                await Guests.Api.AgentAsync(WithoutPortId, "guest-file-seek", $$"""{"handle":{{handle}},"offset":0,"whence":"set"}""");
                return await Guests.IncarnationAsync(WithoutPortId) > incarnation;
            },
            TimeSpan.FromMinutes(1),
            "the restart is found");

        await events.EventAsync("GUEST_AGENT_RESTARTED", WithoutPortId);
        Assert.Equal(WithoutPortId, await Guests.HostNameAsync(WithoutPortId));
    }

    private static JsonElement Data(JsonElement happened) => happened.GetProperty("data").GetProperty("data");
}
