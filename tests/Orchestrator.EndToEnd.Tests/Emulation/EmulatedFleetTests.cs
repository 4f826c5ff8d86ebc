using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Emulation;

/// <summary>Fifty emulated VMs and a server over them, as a user tries the program.</summary>
public sealed class EmulatedFleetTests : IAsyncLifetime
{
    private const int Size = 50;
    private const string First = "vm0001";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private EmulatorProcess _emulator = null!;
    private OrchestratorServer _server = null!;

    public async Task InitializeAsync()
    {
        _emulator = await EmulatorProcess.StartAsync(Size, "--events", "100", "--latency", "1ms");
        _server = await OrchestratorServer.StartAsync("--vm-dir", _emulator.Directory);
        await AllReadyAsync(Size);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _emulator.DisposeAsync();
    }

    [Fact]
    public async Task Jobs_run_on_every_vm_and_each_guest_is_its_own()
    {
        var ping = await _server.CliAsync("ping", "--all");
        Assert.True(ping.ExitCode == 0, ping.Error);
        Assert.Contains("50 ok of 50", ping.Error);

        var outcomes = await OutcomesAsync("run", "--all", "-o", "ndjson", "--sh", "hostname");
        Assert.Equal(Size, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal(outcome.Text("name") + "\n", outcome.Succeeds().Stdout()));

        var kernels = (await OutcomesAsync("run", "--all", "-o", "ndjson", "--sh", "uname -r")).Select(outcome => outcome.Stdout()).Distinct().ToList();
        Assert.InRange(kernels.Count, 2, 3);
        Assert.All((await _server.Api.GetAsync("/v1/vms?target=f%3Aos.id%3Ddebian")).Items(), vm => Assert.Contains("emulated", vm.GetProperty("guest").Text("os-version")));
    }

    [Fact]
    public async Task Programs_end_as_they_say_and_files_come_back_as_they_went()
    {
        (await _server.Api.ShellAsync(First, "sleep 0.2; echo out; exit 3")).Ends("Failed");
        (await _server.Api.ShellAsync(First, "nope")).Ends("Failed");
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);

        Assert.Equal("sha256sum", (await _server.Api.PushAsync(First, "/tmp/file", bytes)).Result().Text("verified"));
        Assert.Equal(bytes, await _server.Api.PullAsync(First, "/tmp/file"));
    }

    [Fact]
    public async Task Group_is_frozen_and_thawed()
    {
        var group = (await _server.Api.PostAsync("/v1/freezes", """{"target":"vm[0001-0010]"}""")).Body;
        Assert.All(group.GetProperty("vms").EnumerateArray(), vm => Assert.Equal("Frozen", vm.Text("stage")));
        Assert.Equal("frozen", (await _server.Api.AgentAsync(First, "guest-fsfreeze-status")).Result().GetString());

        var thawed = await _server.Api.PostAsync($"/v1/freezes/{group.Text("id")}:thaw");

        Assert.Equal("Thawed", thawed.Body.Text("phase"));
        Assert.Equal("thawed", (await _server.Api.AgentAsync(First, "guest-fsfreeze-status")).Result().GetString());
    }

    [Fact]
    public async Task Events_of_the_machine_and_of_the_guest_are_told()
    {
        await using var stream = await _server.Api.OpenAsync("/v1/events?from=beginning");
        await stream.EventAsync("RTC_CHANGE", First);
        await stream.EventAsync("RTC_CHANGE", $"vm{Size:0000}");

        (await _server.Api.QmpAsync(First, "stop")).Succeeds();
        await stream.EventAsync("STOP", First);
        (await _server.Api.AgentAsync(First, "guest-ping")).Ends("Undelivered", "VmPaused");
        (await _server.Api.QmpAsync(First, "cont")).Succeeds();
        await stream.EventAsync("RESUME", First);

        (await _server.Api.AgentAsync(First, "guest-shutdown", """{"mode":"reboot"}""")).Succeeds();
        await stream.EventAsync("RESET", First);
        Assert.Equal(2, (await stream.EventAsync("GUEST_STARTUP", First)).Number("incarnation"));
        (await _server.Api.AgentAsync(First, "guest-shutdown")).Succeeds();
        await stream.EventAsync("SHUTDOWN", First);
        await _server.VmAsync(First, vm => vm.Is("state", "Stopped"), "is off");
        (await _server.Api.QmpAsync(First, "system_reset")).Succeeds();
        (await _server.Api.QmpAsync(First, "cont")).Succeeds();
        await _server.ReadyAsync(First);
    }

    [Fact]
    public async Task Command_that_qemu_does_not_have_is_known_before_it_is_sent()
    {
        (await _server.Api.QmpAsync(First, "query-balloon")).Ends("Refused");
        Assert.Equal("vm0001", (await _server.Api.QmpAsync(First, "query-name")).Result().Text("name"));
        Assert.Equal((await _server.Api.GetAsync($"/v1/vms/{First}")).Body.Text("id"), (await _server.Api.QmpAsync(First, "query-uuid")).Result().Text("UUID"));
    }

    [Fact]
    public async Task Emulator_that_ends_takes_its_vms_with_it()
    {
        _emulator.Process.Send(Signal.Terminate);
        await _emulator.Process.ExitedAsync(Limit);

        Assert.Equal(0, _emulator.Process.ExitCode);
        Assert.False(Directory.Exists(_emulator.Directory));
        await Eventually.TrueAsync(async () => (await _server.Api.GetAsync("/v1/vms")).Items().Length == 0, Limit, "no VM is left");
    }

    private async Task<List<JsonElement>> OutcomesAsync(params string[] arguments)
    {
        var run = await _server.CliAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. run.Lines.Select(line => JsonElement.Parse(line))];
    }

    private Task AllReadyAsync(int vms) => Eventually.TrueAsync(
        async () => (await _server.Api.GetAsync("/v1/vms")).Items().Count(OrchestratorServer.IsReady) == vms, Limit, $"{vms} VMs are ready");
}
