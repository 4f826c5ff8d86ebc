using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Controllers;

/// <summary>The controllers that come with the node, at work on real guests.</summary>
public sealed class ShippedControllersTests : IAsyncLifetime
{
    private const string WithDisk = "ctl1", Other = "ctl2";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly RealVmDirectory _directory = new();
    private OrchestratorServer _server = null!;

    public async Task InitializeAsync()
    {
        RealVm[] vms = [await _directory.AddVmAsync(new RealVmOptions { Name = WithDisk, WithDisk = true }), await _directory.AddVmAsync(new RealVmOptions { Name = Other })];
        await Task.WhenAll(vms.Select(vm => vm.BootedAsync(Limit)));
        var config = Path.Combine(_directory.Path, "controllers.yaml");
        await File.WriteAllTextAsync(config, $$"""
            vm-dirs: [{{_directory.Path}}]
            controllers:
              - { name: time-sync, options: { min-pause: 1s, max-drift: 500ms } }
              - { name: facts }
              - { name: watchdog, target: {{Other}}, options: { policy: reset, patience: 2s } }
              - { name: backup, target: {{WithDisk}} }
            """);
        _server = await OrchestratorServer.StartAsync("--config", config);
        await Task.WhenAll(new[] { WithDisk, Other }.Select(_server.ReadyAsync));
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task They_keep_clocks_facts_backups_and_agents_in_order()
    {
        await using var stream = await _server.Api.OpenAsync("/v1/events?from=beginning&type=io.orchestrator.controller.*");
        foreach (var name in new[] { WithDisk, Other })
            await _server.VmAsync(name, vm => vm.TryGetProperty("facts", out var facts) && facts.Text("facts.os.hostname") == name, "has facts");
        Assert.Single((await _server.Api.GetAsync("/v1/vms?target=f:facts.fs.mounts%3D/mnt/data")).Items());

        await PauseAsync(WithDisk);
        Assert.Equal(0, (await _server.CliAsync("controller", "trigger", "backup")).ExitCode);

        // In whichever order: the clock, and the backup.
        var done = new Dictionary<string, JsonElement>();
        while (!done.ContainsKey("TIME_SYNCHRONIZED") || !done.ContainsKey("BACKUP_COMPLETED"))
        {
            var happened = (await stream.NextAsync(item => item.TryGetProperty("data", out var qmp) && qmp.TryGetProperty("event", out _))).GetProperty("data");
            Assert.NotEqual("BACKUP_FAILED", happened.Text("event"));
            done[happened.Text("event")!] = happened.GetProperty("data");
        }
        Assert.InRange(done["TIME_SYNCHRONIZED"].GetProperty("drift-ms").GetDouble(), -60_000, -Pause.TotalMilliseconds / 2);
        Assert.InRange(done["TIME_SYNCHRONIZED"].GetProperty("after-ms").GetDouble(), -500, 500);
        Assert.Equal("fs", done["BACKUP_COMPLETED"].Text("consistency"));
        Assert.True(File.Exists(done["BACKUP_COMPLETED"].GetProperty("files")[0].Text("overlay")));
        await _server.VmAsync(WithDisk, vm => !vm.TryGetProperty("freeze", out _), "is thawed");

        await _server.Api.ShellAsync(Other, "touch /run/qga.hold; (sleep 0.2; killall -9 qemu-ga) >/dev/null 2>&1 &");
        var reset = await stream.EventAsync("AGENT_WATCHDOG", Other);
        Assert.Equal(("reset", "port-closed"), (reset.GetProperty("data").GetProperty("data").Text("action"), reset.GetProperty("data").GetProperty("data").Text("reason")));
        await _server.VmAsync(Other, vm => OrchestratorServer.IsReady(vm) && vm.Number("incarnation") == 2, "has been started anew");

        var controllers = (await _server.Api.GetAsync("/v1/controllers")).Items();
        Assert.Equal(["backup Ok", "facts Ok", "time-sync Ok", "watchdog Ok"], controllers.Select(controller => $"{controller.Text("name")} {controller.Text("health")}"));
    }

    /// <summary>For longer than any controller lets pass.</summary>
    private async Task PauseAsync(string vm)
    {
        var start = TimeProvider.System.GetTimestamp();
        (await _server.Api.QmpAsync(vm, "stop")).Succeeds();
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(start) > Pause, Limit, "the pause is long enough");
        (await _server.Api.QmpAsync(vm, "cont")).Succeeds();
    }
}
