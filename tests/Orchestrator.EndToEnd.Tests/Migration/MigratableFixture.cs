using System.Globalization;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>A server over a directory in which tests put VMs and the QEMUs that are to take them over. All on the one VmHost <see cref="Host"/>.</summary>
public sealed class MigratableFixture : IAsyncLifetime
{
    public const string Host = "h1";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static int _names;

    private readonly RealVmDirectory _directory = new();

    internal OrchestratorServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    public async Task InitializeAsync() => Server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path, "--node", Host);

    /// <summary>A name that no other test has.</summary>
    internal static string NewName() => string.Create(CultureInfo.InvariantCulture, $"mig{Interlocked.Increment(ref _names)}");

    /// <summary>A booted VM whose agent is ready.</summary>
    internal async Task<RealVm> SourceAsync(bool withDisk = false)
    {
        var vm = await _directory.AddVmAsync(new RealVmOptions { Name = NewName(), WithDisk = withDisk });
        await vm.BootedAsync(Limit);
        await Server.ReadyAsync(vm.Options.Name);
        return vm;
    }

    /// <summary>The QEMU that waits for a VM.</summary>
    internal async Task<RealVm> DestinationAsync(RealVm source, params string[] arguments)
    {
        var vm = await _directory.AddVmAsync(new RealVmOptions { Name = source.Options.Name + "d", Uuid = source.Options.Uuid, WithDisk = source.Options.WithDisk, DiskPath = Path.Combine(source.Directory, "data.img"), ExtraQemuArguments = ["-incoming", "defer", .. arguments] });
        await PreparedAsync(Server, source);
        return vm;
    }

    /// <summary>Awaits that a VM has a QEMU that waits for it.</summary>
    internal static Task PreparedAsync(OrchestratorServer server, RealVm source) =>
        server.VmAsync(source.Options.Name, shown => shown.TryGetProperty("migration", out var migration) && migration.Is("phase", "Prepared"), "has a destination");

    /// <summary>Starts a job.</summary>
    internal async Task<string> BeginAsync(RealVm vm, string migrate, string more = "")
    {
        var job = await Api.PostAsync("/v1/jobs", $$$"""{"target":"{{{vm.Options.Name}}}","migrate":{"to":"{{{Host}}}"{{{migrate}}}}{{{more}}}}""");
        Assert.True(job.Status == System.Net.HttpStatusCode.Accepted, job.Text);
        return job.Body.Text("id")!;
    }

    /// <summary>The job's one outcome.</summary>
    internal async Task<JsonElement> OutcomeAsync(string job)
    {
        await Eventually.TrueAsync(async () => (await Api.GetAsync($"/v1/jobs/{job}")).Body.TryGetProperty("endedAt", out _), Limit, "the job has ended");
        return Assert.Single((await Api.GetAsync($"/v1/jobs/{job}/invocations")).Items());
    }

    internal async Task<JsonElement> MigrateAsync(RealVm vm, string migrate = "", string more = "") => await OutcomeAsync(await BeginAsync(vm, migrate, more));

    /// <summary>Awaits a phase of a job's one migration.</summary>
    internal async Task<JsonElement> ReachesAsync(string job, string phase)
    {
        var last = default(JsonElement);
        await Eventually.TrueAsync(async () => (last = (await Api.GetAsync($"/v1/migrations?job={job}")).Items().FirstOrDefault()) is { ValueKind: JsonValueKind.Object } shown && shown.Is("phase", phase), Limit, $"the migration is {phase}");
        return last;
    }

    /// <summary>What a QEMU says, behind the server's back.</summary>
    internal static async Task<JsonElement> AskAsync(RealVm vm, string command)
    {
        await using var monitor = await RawPeer.NegotiateAsync(vm.TestMonitorPath);
        var answer = await monitor.AskAsync($$"""{"execute":"{{command}}"}""");
        while (answer.TryGetProperty("event", out _))
            answer = await monitor.ReadAsync();
        return answer.GetProperty("return");
    }

    /// <summary>How a QEMU is set for migrations, but for their events, which a node turns on some time after it has seen a destination.</summary>
    internal static async Task<string> SettingsAsync(RealVm vm)
    {
        var capabilities = (await AskAsync(vm, "query-migrate-capabilities")).EnumerateArray().Where(capability => !capability.Is("capability", "events"));
        return $"{string.Join(' ', capabilities)} {await AskAsync(vm, "query-migrate-parameters")}";
    }

    /// <summary>The guest runs at its source, as if nothing had been, and its agent takes commands.</summary>
    internal async Task GoesOnAsync(RealVm source, string settings)
    {
        Assert.True((await AskAsync(source, "query-status")).Is("status", "running"));
        Assert.Equal(settings, await SettingsAsync(source));
        await Server.ReadyAsync(source.Options.Name);
        (await Api.ShellAsync(source.Options.Name, "true")).Succeeds();
    }

    public async Task DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await _directory.DisposeAsync();
    }
}
