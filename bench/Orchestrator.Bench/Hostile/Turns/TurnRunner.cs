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

    /// <summary>A turn of an honest VM more.</summary>
    public async Task<Turn> AloneAsync(CancellationToken cancel)
    {
        await using var agent = await program.ListenAsync(Honest, AgentSocket, cancel);
        var turn = await MeasureAsync(TurnKind.Alone, agent, cancel);
        await HostileProgram.StopAsync(agent);
        return turn;
    }

    /// <summary>A turn of a hostile one.</summary>
    public async Task<Turn> HostileAsync(CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var agent = await program.ListenAsync(mode, AgentSocket, cancel);
        var turn = await MeasureAsync(TurnKind.Hostile, agent, cancel);
        var duration = TimeProvider.System.GetElapsedTime(started);
        return turn with { Duration = duration, Flood = await HostileProgram.StopAsync(agent) };
    }

    /// <summary>A turn of an honest one beside a flood that goes elsewhere, as <paramref name="hostile"/> had it.</summary>
    public async Task<Turn> ControlAsync(Turn hostile, CancellationToken cancel)
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
        var provoker = new Provoker(server.Api, HostileVm);
        await _fleet.RunAsync(options.Warmup, provoker, cancel);
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
            Quarantines = provoker.Releases,
            Before = before,
            After = after,
        };
    }
}
