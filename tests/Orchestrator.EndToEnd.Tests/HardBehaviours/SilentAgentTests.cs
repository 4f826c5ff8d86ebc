using Orchestrator.EndToEnd.Tests.Serving;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>An agent in a real guest that holds its channel open and does not answer: a time-out is not a cancellation.</summary>
public sealed class SilentAgentTests(GuestsFixture guests) : GuestTests(guests, Roomy, WithDisk)
{
    private const string Stopped = "the agent is stopped";
    private const string Continued = "the agent is continued";
    private const string Released = "the hook goes on";
    private const string HookPath = "/etc/qemu/fsfreeze-hook.d/hold";
    private const string Hook = "#!/bin/sh\\nwhile [ $1 = freeze ] && [ -e /run/hook.hold ]; do sleep 0.1; done\\n";

    [Fact]
    public async Task Stopped_agent_is_told_from_a_dead_one_and_nothing_is_sent_that_it_might_run_later()
    {
        await Guests.ArmPowerButtonAsync(Roomy, $"""
            if [ -e /run/stopped ]; then rm /run/stopped; killall -CONT qemu-ga; echo {Continued} > /dev/ttyS0
            else touch /run/stopped; killall -STOP qemu-ga; echo {Stopped} > /dev/ttyS0; fi
            """);
        var incarnation = await Guests.IncarnationAsync(Roomy);
        await using var events = await Guests.Api.OpenAsync("/v1/events");

        await Guests.PressPowerButtonAsync(Roomy, Stopped);
        try
        {
            (await Guests.Api.AgentAsync(Roomy, "guest-get-osinfo", timeoutMs: 1_500)).Ends("Unknown", "AgentUnresponsive", "None");
            (await Guests.Api.AgentAsync(Roomy, "guest-exec", """{"path":"touch","arg":["/tmp/never"]}""", timeoutMs: 1_500))
                .Ends("Undelivered", "AgentUnresponsive", "None");
            var lost = await events.EventAsync("GUEST_AGENT_LOST", Roomy);
            Assert.Equal("silent", lost.GetProperty("data").GetProperty("data").Text("reason"));
        }
        finally
        {
            await Guests.PressPowerButtonAsync(Roomy, Continued);
        }

        await Guests.Server.ReadyAsync(Roomy);
        Assert.Equal(Roomy, await Guests.HostNameAsync(Roomy));
        Assert.False(await Guests.HasFileAsync(Roomy, "/tmp/never"));
        Assert.Equal(incarnation, await Guests.IncarnationAsync(Roomy));
    }

    [Fact]
    public async Task Freeze_that_hangs_in_a_hook_ends_unknown_happens_later_and_can_be_undone()
    {
        // The agent has one thread, and a hook holds it up: even a ping waits.
        (await Guests.Api.ShellAsync(WithDisk, $"printf '{Hook}' > {HookPath}; chmod +x {HookPath}; touch /run/hook.hold")).Succeeds();
        await Guests.ArmPowerButtonAsync(WithDisk, $"rm -f /run/hook.hold; echo {Released} > /dev/ttyS0");
        var incarnation = await Guests.IncarnationAsync(WithDisk);

        (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-freeze", timeoutMs: 1_500)).Ends("Unknown", "AgentUnresponsive", "Unknown");
        await Guests.Server.VmAsync(WithDisk, vm => vm.Is("agent", "Unresponsive"), "has a silent agent");
        (await Guests.Api.AgentAsync(WithDisk, "guest-ping")).Ends("Undelivered", "AgentUnresponsive", "None");
        await Guests.PressPowerButtonAsync(WithDisk, Released);

        await Guests.Server.ReadyAsync(WithDisk);
        Assert.Equal("frozen", (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-status")).Result().GetString());
        Assert.Equal(1, (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-thaw")).Result().GetInt32());
        Assert.Equal(WithDisk, await Guests.HostNameAsync(WithDisk));
        Assert.Equal(incarnation, await Guests.IncarnationAsync(WithDisk));
        (await Guests.Api.ShellAsync(WithDisk, $"rm {HookPath}")).Succeeds();
    }
}
