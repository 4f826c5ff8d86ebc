using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.HardBehaviours;

/// <summary>Sessions that are cut under a running program while QEMU, the agent and the server live on: the program is found again by its pid.</summary>
public sealed class CutSessionTests : IAsyncLifetime
{
    private const string Name = "cut";
    private const string Started = "the program has started";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly RealVmDirectory _directory = new();
    private RealVm _vm = null!;
    private CuttableSocket _monitor = null!;
    private CuttableSocket _agent = null!;
    private OrchestratorServer _server = null!;

    public async Task InitializeAsync()
    {
        _vm = await RealVm.StartAsync(new() { Name = Name });
        await _vm.BootedAsync(Limit);
        Directory.CreateDirectory(Path.Combine(_directory.Path, Name));
        _monitor = CuttableSocket.Start(Path.Combine(_directory.Path, Name, "qmp.sock"), _vm.QmpSocketPath);
        _agent = CuttableSocket.Start(Path.Combine(_directory.Path, Name, "qga.sock"), _vm.AgentSocketPath);
        _server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await _server.ReadyAsync(Name);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _agent.DisposeAsync();
        await _monitor.DisposeAsync();
        await _vm.DisposeAsync();
        await _directory.DisposeAsync();
    }

    [Fact]
    public async Task Program_goes_on_through_cuts_of_both_sockets_and_its_real_end_is_told()
    {
        var run = _server.Api.ShellAsync(Name, $"echo once >> /tmp/starts; echo {Started} > /dev/ttyS0; sleep 3; echo out; exit 7");
        await ProgramRunsAsync(Started);

        _agent.Cut();
        _monitor.Cut();

        var outcome = (await run).Ends("Failed", "ExitNonZero", "Applied");
        Assert.Equal((7, "out\n"), (outcome.GetProperty("exec").Number("exitCode"), outcome.Stdout()));
        Assert.Equal(2, _agent.Connections);
        Assert.Equal("once\n", (await _server.Api.ShellAsync(Name, "cat /tmp/starts")).Succeeds().Stdout());

        // The agent did not come back as the process that it was: nobody knows the pid any more.
        run = _server.Api.ShellAsync(Name, $"rm /tmp/starts; echo again {Started} > /dev/ttyS0; sleep 2; killall -9 qemu-ga; sleep 30");
        await ProgramRunsAsync($"again {Started}");
        _agent.Cut();

        Assert.True((await run).Ends("Unknown", effect: "Applied").GetProperty("exec").Number("pid") > 1);
    }

    /// <summary>The program has started, and so says its job: what is cut before the agent's answer is another case, a lost reply.</summary>
    private async Task ProgramRunsAsync(string told)
    {
        await Eventually.TrueAsync(() => _vm.Console.Contains(told, StringComparison.Ordinal), Limit, "the program has started");
        await Eventually.TrueAsync(
            async () => (await _server.Api.GetAsync("/v1/jobs?limit=1")).Items()[0].Text("id") is var job && (await _server.Api.GetAsync($"/v1/jobs/{job}/invocations?phase=Running")).Items().Length == 1,
            Limit,
            "the job knows the program's pid");
    }
}
