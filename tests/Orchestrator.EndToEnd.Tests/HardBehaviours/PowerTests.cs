using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;
using static Orchestrator.EndToEnd.Tests.HardBehaviours.GuestsFixture;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Commands that answer only with errors, and the monitor's order of events and replies.</summary>
public sealed class PowerTests(GuestsFixture guests) : GuestTests(guests, WithoutShutdown)
{
    [Fact]
    public async Task Shutdown_of_a_guest_that_cannot_is_refused_with_the_agents_error()
    {
        var outcome = (await Guests.Api.AgentAsync(WithoutShutdown, "guest-shutdown", timeoutMs: 60_000)).Ends("Refused", "GuestError", "Unknown");

        Assert.Equal("GenericError", outcome.GetProperty("error").Text("class"));
        Assert.Equal(WithoutShutdown, await Guests.HostNameAsync(WithoutShutdown));
    }

    [Fact]
    public async Task Stopped_vm_is_paused_to_guest_commands_and_resumes_where_it_was()
    {
        var incarnation = await Guests.IncarnationAsync(WithoutShutdown);
        await using var events = await Guests.Api.OpenAsync("/v1/events");

        (await Guests.Api.QmpAsync(WithoutShutdown, "stop")).Succeeds();
        await Guests.Server.VmAsync(WithoutShutdown, vm => vm.Is("state", "Paused") && vm.Is("runState", "paused"), "is paused");
        (await Guests.Api.AgentAsync(WithoutShutdown, "guest-ping")).Ends("Undelivered", "VmPaused", "None");
        (await Guests.Api.QmpAsync(WithoutShutdown, "cont")).Succeeds();

        var stop = await events.EventAsync("STOP", WithoutShutdown);
        var resume = await events.EventAsync("RESUME", WithoutShutdown);
        Assert.Equal("host", stop.Text("provenance"));
        Assert.True(long.Parse(stop.Text("sequence")!) < long.Parse(resume.Text("sequence")!));
        await Guests.Server.VmAsync(WithoutShutdown, vm => vm.Is("state", "Running"), "runs");
        Assert.Equal(WithoutShutdown, await Guests.HostNameAsync(WithoutShutdown));
        Assert.Equal(incarnation, await Guests.IncarnationAsync(WithoutShutdown));
    }

    [Fact]
    public async Task Reader_whose_stream_has_begun_sees_what_happens_from_then_on()
    {
        for (var round = 0; round < 10; round++)
        {
            await using var events = await Guests.Api.OpenAsync("/v1/events?type=STOP");
            (await Guests.Api.QmpAsync(WithoutShutdown, "stop")).Succeeds();
            await events.EventAsync("STOP", WithoutShutdown);
            (await Guests.Api.QmpAsync(WithoutShutdown, "cont")).Succeeds();
        }
    }

    [Fact]
    public async Task Error_of_the_monitor_is_a_refusal_with_its_words()
    {
        var missing = (await Guests.Api.QmpAsync(WithoutShutdown, "qom-list", """{"path":"/no/such/object"}""")).Ends("Refused", "QmpError");

        Assert.Contains("/no/such/object", missing.GetProperty("error").Text("desc"));
    }
}

/// <summary>A guest of its own, because it goes down.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task Reboot_and_shutdown_of_a_guest_succeed_through_what_qemu_says_of_them()
    {
        await using var directory = new RealVmDirectory();
        var vm = await directory.AddVmAsync(new() { Name = "leaves" });
        await using var server = await OrchestratorServer.StartAsync("--vm-dir", directory.Path);
        await server.ReadyAsync("leaves");
        await using var events = await server.Api.OpenAsync("/v1/events");

        (await server.Api.AgentAsync("leaves", "guest-shutdown", """{"mode":"reboot"}""", timeoutMs: 60_000)).Succeeds();
        await events.EventAsync("RESET", "leaves");
        await events.EventAsync("GUEST_REBOOT", "leaves");
        await server.VmAsync("leaves", view => view.Is("agent", "Ready") && view.Number("incarnation") == 2, "is back");

        (await server.Api.AgentAsync("leaves", "guest-shutdown", timeoutMs: 60_000)).Succeeds();
        await events.EventAsync("SHUTDOWN", "leaves");
        var shutdown = await events.EventAsync("GUEST_SHUTDOWN", "leaves");
        Assert.Equal("guest-shutdown", shutdown.GetProperty("data").GetProperty("data").Text("reason"));
        await vm.Process.ExitedAsync(TimeSpan.FromMinutes(1));
        // QEMU takes its sockets with it: the VM is no longer there.
        await Eventually.TrueAsync(async () => (await server.Api.GetAsync("/v1/vms/leaves")).Status == System.Net.HttpStatusCode.NotFound, TimeSpan.FromMinutes(1), "the VM has left");
    }
}
