using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Hostile.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Hostile.Turns;

/// <summary>Takes turns on one server: sets the hostile program up as the turn's kind wants it, and measures the honest VMs.</summary>
public sealed class TurnRunner(OrchestratorServer server, HostileProgram program, FleetDirectory directory, HostileOptions options, string mode)
{
    /// <summary>The VM that is there in every turn, and whose agent is hostile in some.</summary>
    public const string HostileVm = "hostile";

    private const string Honest = "honest";
    private readonly HonestFleet _fleet = new(server.Api, options);

    private string AgentSocket => directory.QgaSocket(HostileVm);

    private string FloodSocket => directory.File("flood.sock");

    /// <summary>The turns of one batch, in the order of their kinds: those that are compared stand beside each other.</summary>
    /// <exception cref="BenchException">Something failed, or an honest VM had another outcome than Succeeded.</exception>
    public async Task<IReadOnlyList<Turn>> BatchAsync(CancellationToken cancel)
    {
        var hostile = await HostileAsync(TurnKind.Hostile, cancel);
        return [hostile, await ControlAsync(hostile, cancel), await AloneAsync(cancel), await HostileAsync(TurnKind.Once, cancel)];
    }

    private async Task<Turn> AloneAsync(CancellationToken cancel)
    {
        await using var agent = await program.ListenAsync(Honest, AgentSocket, cancel);
        var turn = await MeasureAsync(TurnKind.Alone, agent, cancel);
        await HostileProgram.StopAsync(agent);
        return turn;
    }

    private async Task<Turn> HostileAsync(TurnKind kind, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var agent = await program.ListenAsync(mode, AgentSocket, cancel);
        var turn = await MeasureAsync(kind, agent, cancel);
        var duration = TimeProvider.System.GetElapsedTime(started);
        return turn with { Duration = duration, Flood = await HostileProgram.StopAsync(agent) };
    }

    private async Task<Turn> ControlAsync(Turn hostile, CancellationToken cancel)
    {
        await using var agent = await program.ListenAsync(Honest, AgentSocket, cancel);
        var started = TimeProvider.System.GetTimestamp();
        await using var flooder = await program.ListenAsync(mode, FloodSocket, cancel);
        await using var reader = program.Drain(FloodSocket, FloodPace.Of(hostile.Flood, hostile.Duration));
        var turn = await MeasureAsync(TurnKind.Control, agent, cancel);
        var duration = TimeProvider.System.GetElapsedTime(started);
        await HostileProgram.StopAsync(reader);
        var flood = await HostileProgram.StopAsync(flooder);
        await HostileProgram.StopAsync(agent);
        return turn with { Duration = duration, Flood = flood };
    }

    private async Task<Turn> MeasureAsync(TurnKind kind, ChildProcess agent, CancellationToken cancel)
    {
        // The turn before may have left a quarantine.
        await server.Api.ReleaseAsync(HostileVm, cancel);
        await HostileProgram.ConnectedAsync(agent, cancel);
        var provoker = new Provoker(server.Api, HostileVm, releases: kind != TurnKind.Once);
        await _fleet.RunAsync(options.Warmup, provoker, cancel);
        var released = kind == TurnKind.Once && await server.Api.ReleaseAsync(HostileVm, cancel);
        server.ResetPeak();
        var before = server.Usage();
        var started = TimeProvider.System.GetTimestamp();
        var latencies = await _fleet.RunAsync(options.Rounds, provoker, cancel);
        var measured = TimeProvider.System.GetElapsedTime(started);
        var after = server.Usage();
        await provoker.EndAsync();
        return new Turn
        {
            Mode = mode,
            Kind = kind,
            Latencies = latencies,
            Measured = measured,
            Duration = measured,
            Flood = Flood.None,
            Quarantines = provoker.Releases + (released ? 1 : 0),
            Before = before,
            After = after,
        };
    }
}
