using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>A frozen agent says CommandNotFound to almost everything: that is a state, and no lack of the command.</summary>
public sealed class FreezeTests(GuestsFixture guests) : GuestTests(guests, WithDisk)
{
    [Fact]
    public async Task Frozen_guest_refuses_for_being_frozen_and_takes_the_same_command_after_the_thaw()
    {
        Assert.Equal(1, (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-freeze")).Result().GetInt32());
        try
        {
            (await Guests.Api.AgentAsync(WithDisk, "guest-get-osinfo")).Ends("Refused", "AgentFrozen", "None");
            (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-freeze")).Ends("Refused", "AgentFrozen", "None");
            (await Guests.Api.ShellAsync(WithDisk, "true")).Ends("Refused", "AgentFrozen", "None");
            (await Guests.Api.AgentAsync(WithDisk, "guest-view-file", """{"filename":"/etc/hostname"}""")).Ends("Refused", "AgentFrozen", "None");
            Assert.Equal("frozen", (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-status")).Result().GetString());
            (await Guests.Api.AgentAsync(WithDisk, "guest-ping")).Succeeds();
        }
        finally
        {
            Assert.Equal(1, (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-thaw")).Result().GetInt32());
        }

        Assert.Equal(0, (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-thaw")).Result().GetInt32());
        Assert.Equal("debian", (await Guests.Api.AgentAsync(WithDisk, "guest-get-osinfo")).Result().Text("id"));
    }

    [Fact]
    public async Task Thaw_of_a_paused_guest_is_not_dropped_but_waits_until_it_runs_again()
    {
        Assert.Equal(1, (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-freeze")).Result().GetInt32());
        (await Guests.Api.QmpAsync(WithDisk, "stop")).Succeeds();
        await Guests.Server.VmAsync(WithDisk, vm => vm.Is("state", "Paused"), "is paused");

        var thaw = await Guests.Api.PostAsync("/v1/jobs", $$"""{"target":"{{WithDisk}}","command":"guest-fsfreeze-thaw","timeoutMs":60000}""");
        Assert.Equal("Running", (await Guests.Api.GetAsync(thaw.Location!)).Body.Text("phase"));
        (await Guests.Api.QmpAsync(WithDisk, "cont")).Succeeds();

        await Eventually.TrueAsync(async () => !(await Guests.Api.GetAsync(thaw.Location!)).Body.Is("phase", "Running"), TimeSpan.FromMinutes(1), "the thaw has ended");
        var outcome = Assert.Single((await Guests.Api.GetAsync($"{thaw.Location}/invocations")).Items());
        Assert.Equal(1, outcome.Result().GetInt32());
        Assert.Equal("thawed", (await Guests.Api.AgentAsync(WithDisk, "guest-fsfreeze-status")).Result().GetString());
    }

    [Fact]
    public async Task Command_that_this_agent_has_and_its_platform_has_not_is_refused_before_it_is_sent()
    {
        (await Guests.Api.AgentAsync(WithDisk, "guest-get-devices")).Ends("Refused", "DisabledByGuest", "None");
        (await Guests.Api.AgentAsync(WithDisk, "guest-get-load")).Ends("Refused", "Unsupported", "None");
    }
}
