using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>What a whole node does: evacuated by one job, its destinations started as the configuration says; and stopped or killed in the middle.</summary>
public sealed class EvacuationTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Evacuation_moves_all_VMs_to_destinations_that_the_operators_program_starts()
    {
        await using var directory = new RealVmDirectory();
        var vms = await BootAsync(directory, "eva1", "eva2");
        await using var server = await StartAsync(directory, await ProgramAsync(directory));
        await Task.WhenAll(vms.Select(vm => server.ReadyAsync(vm.Options.Name)));
        using var started = new Started(directory.Path);

        var run = await server.CliAsync("evacuate", "h1", "--to", "h1", "--max-bandwidth", "1G", "-o", "json");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Contains("2 ok", run.Error);
        foreach (var vm in vms)
        {
            await vm.Process.ExitedAsync(Limit);
            await server.ReadyAsync(vm.Options.Name);
            (await server.Api.ShellAsync(vm.Options.Name, "true")).Succeeds();
        }
        Assert.All((await server.Api.GetAsync("/v1/migrations")).Items(), migration => Assert.Equal(("Ended", "Succeeded"), (migration.Text("phase"), migration.Text("outcome"))));
    }

    [Fact]
    public async Task Program_that_fails_is_told_with_its_own_words()
    {
        await using var directory = new RealVmDirectory();
        var vm = Assert.Single(await BootAsync(directory, "eva3"));
        await using var server = await StartAsync(directory, "[/bin/sh, -c, 'echo no memory left for {name} >&2; exit 3']");
        await server.ReadyAsync(vm.Options.Name);

        var run = await server.CliAsync("migrate", "-t", "eva3", "--to", "h1", "-o", "json");

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("no memory left for eva3", run.Out);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_that_ends_in_the_middle_leaves_the_guest_at_its_source(bool isKilled)
    {
        await using var directory = new RealVmDirectory();
        var vm = Assert.Single(await BootAsync(directory, "eva4"));
        await using var server = await StartAsync(directory, null);
        await server.ReadyAsync(vm.Options.Name);
        await directory.AddVmAsync(new RealVmOptions { Name = "eva4d", Uuid = vm.Options.Uuid, ExtraQemuArguments = ["-incoming", "defer"] });
        await MigratableFixture.PreparedAsync(server, vm);
        var job = await server.Api.PostAsync("/v1/jobs", """{"target":"eva4","migrate":{"to":"h1","maxBandwidth":2000000}}""");
        await Eventually.TrueAsync(async () => (await MigratableFixture.AskAsync(vm, "query-migrate")).Is("status", "active"), Limit, "it is on its way");

        if (isKilled)
            await server.KillAsync();
        else
            await server.StopAsync();
        if (!isKilled)
            Assert.True((await MigratableFixture.AskAsync(vm, "query-migrate")).Is("status", "cancelled"), $"the source is not given back: {server.Process.Output}");
        await server.RestartAsync();

        var outcome = default(JsonElement);
        await Eventually.TrueAsync(
            async () => (outcome = (await server.Api.GetAsync($"/v1/jobs/{job.Body.Text("id")}/invocations")).Items().FirstOrDefault()) is { ValueKind: JsonValueKind.Object } && outcome.TryGetProperty("effect", out _), Limit, "the job has its outcome");
        outcome.Ends("Failed", "NodeStopped", "None");
        Assert.True((await MigratableFixture.AskAsync(vm, "query-status")).Is("status", "running"));
        Assert.False((await MigratableFixture.AskAsync(vm, "query-migrate-capabilities")).EnumerateArray().Single(capability => capability.Is("capability", "pause-before-switchover")).GetProperty("state").GetBoolean());
    }

    /// <summary>What the operator's program has started is nobody's child.</summary>
    private sealed class Started(string directory) : IDisposable
    {
        public void Dispose()
        {
            foreach (var file in Directory.EnumerateFiles(directory, "qemu.pid", SearchOption.AllDirectories))
            {
                using var qemu = System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture));
                qemu.Kill();
            }
        }
    }

    private static async Task<RealVm[]> BootAsync(RealVmDirectory directory, params string[] names)
    {
        var vms = await Task.WhenAll(names.Select(name => directory.AddVmAsync(new RealVmOptions { Name = name })));
        await Task.WhenAll(vms.Select(vm => vm.BootedAsync(Limit)));
        return vms;
    }

    /// <summary>A server with the destinations' program, if there is one.</summary>
    private static async Task<OrchestratorServer> StartAsync(RealVmDirectory directory, string? start)
    {
        var config = Path.Combine(directory.Path, "orchestrator.yaml");
        await File.WriteAllTextAsync(config, $"host: h1\nvm-dirs: ['{directory.Path}']\n{(start is null ? "" : $"migration: {{ start: {start}, concurrency: 1 }}\n")}");
        return await OrchestratorServer.StartAsync("--config", config);
    }

    /// <summary>What an operator would write: the same guest once more, waiting.</summary>
    private static async Task<string> ProgramAsync(RealVmDirectory directory)
    {
        var guest = await DemoGuest.GetAsync();
        return $"['{Path.Combine(guest.ScriptsDirectory, "boot-vm.sh")}', --guest, '{guest.Directory}', --uuid, '{{uuid}}', --daemonize, '{directory.Path}', '{{name}}-moved', --, -qmp, 'unix:{directory.Path}/{{name}}.test,server=on,wait=off', -incoming, defer]";
    }
}
