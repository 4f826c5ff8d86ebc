using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.Databases;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Packaging;

/// <summary>The program as the systemd unit starts it: without rights, under its filters, and with somebody who listens to what it tells.</summary>
public sealed class ServiceTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly string _directory = Directory.CreateTempSubdirectory("orc-service-").FullName;
    private readonly NotifySocket _manager;
    private readonly ServiceUnit _unit = new();

    public ServiceTests() => _manager = new NotifySocket(Path.Combine(_directory, "notify"));

    public void Dispose()
    {
        _manager.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Service_tells_when_it_serves_and_when_it_stops_and_commands_guests_in_between()
    {
        await using var vms = new RealVmDirectory();
        await vms.AddPeersAsync("peer");
        await using var server = await StartAsync([], "--vm-dir", vms.Path);

        var ready = await ToldAsync(server);
        Assert.Equal(["READY=1", $"STATUS=orchestrator 0.1.0 serves unix:{server.SocketPath}"], ready);
        await server.ServesAsync();
        await server.ReadyAsync("peer");
        var job = await server.CliAsync("ping", "-t", "peer");
        Assert.True(job.ExitCode == 0, job.Error);
        Assert.False(_manager.HasMore);

        server.Process.Send(Signal.Terminate);

        Assert.Equal("STOPPING=1", (await ToldAsync(server))[0]);
        await server.Process.ExitedAsync(Limit);
        Assert.True(server.Process.ExitCode == 0, server.Process.Output);
        Assert.False(_manager.HasMore);
    }

    [Fact]
    public async Task Node_of_a_cluster_joins_under_the_filters_and_tells_its_stop_when_it_is_drained()
    {
        await using var lab = await NetworkLab.StartAsync("a", "store");
        await using var postgres = await RealPostgres.StartAsync(lab, lab["store"]);
        await using var server = await StartAsync(lab["a"].Launcher, "--node", "a", "--store", postgres.Address, "--cluster-listen", "127.0.0.1:4053", "--join", "localhost:4053");
        Assert.Equal("READY=1", (await ToldAsync(server))[0]);
        await Eventually.TrueAsync(async () => (await server.CliAsync("node", "get", "a")).Out.Contains("Up"), Limit, "the node is a member");

        var drained = await server.CliAsync("node", "drain", "a");

        Assert.True(drained.ExitCode == 0, drained.Error);
        Assert.Equal("STOPPING=1", (await ToldAsync(server))[0]);
        await server.Process.ExitedAsync(Limit);
        // Restart=on-failure leaves it alone.
        Assert.True(server.Process.ExitCode == 0, server.Process.Output);
        Assert.Equal("on-failure", _unit["Restart"]);
    }

    private async Task<string[]> ToldAsync(OrchestratorServer server)
    {
        try
        {
            return await _manager.NextAsync();
        }
        catch (OperationCanceledException silent)
        {
            throw new TimeoutException($"The program told nothing. Its output: {server.Process.Output}", silent);
        }
    }

    private async Task<OrchestratorServer> StartAsync(IReadOnlyList<string> launcher, params string[] arguments)
    {
        var calls = Path.Combine(_directory, "system-calls");
        await File.WriteAllLinesAsync(calls, await _unit.SystemCallsAsync());
        string[] confined =
        [
            .. launcher,
            RequiredTool.Find("setpriv", "util-linux"), "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all",
            "/usr/bin/env", $"NOTIFY_SOCKET={_manager.Path}", "DOTNET_EnableDiagnostics=0",
            RequiredTool.Find("python3", "python3"), Path.Combine(AppContext.BaseDirectory, "Packaging", "confined.py"), calls, string.Join(',', _unit.Families),
        ];
        return OrchestratorServer.Launch(_directory, () => ChildProcess.StartWith(
            confined, OrchestratorProgram.Executable, ["serve", "--listen", $"unix:{_directory}/api.sock", "--data", $"{_directory}/data", .. arguments]));
    }
}
