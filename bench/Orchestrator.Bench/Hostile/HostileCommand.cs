using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Hostile.Peers;
using Orchestrator.Bench.Hostile.Results;
using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile;

/// <summary>
/// <c>hostile</c>: what one hostile guest costs the others. Turns alternate as in <c>fleet</c>: the honest VMs beside a hostile one, beside a flood
/// that the server does not see, alone, and beside a hostile one that stays quarantined.
/// </summary>
public static class HostileCommand
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(120);

    /// <summary>Runs the benchmark and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">Something needed is missing or failed, or an honest VM had another outcome than Succeeded.</exception>
    public static async Task RunAsync(HostileOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        Preflight.Check(options.Agents + 1);
        using var directory = FleetDirectory.Create();
        var program = await HostileProgram.CompileAsync(directory, cancel);
        output.WriteLine($"starting {options.Agents} honest guest agents and {options.Agents + 1} QMP servers");
        await using var peers = new PeerFleet(directory, options.Agents);
        await peers.StartAsync(cancel);
        await peers.StartMonitorAsync(TurnRunner.HostileVm, cancel);
        // The socket stays: a VM that gets its agent's socket later would be another VM.
        await using (await program.ListenAsync("honest", directory.QgaSocket(TurnRunner.HostileVm), cancel))
        {
        }

        var turns = new List<Turn>();
        foreach (var mode in options.Modes)
            turns.AddRange(await AlternateAsync(mode, program, directory, options, output, cancel));

        var report = HostileReport.Of(options, machine, turns);
        var page = HostilePage.Of(report);
        output.WriteLine();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-hostile-{report.Agents}", report, page, cancel)}");
    }

    /// <summary>One server per mode, so that its memory is that of one mode. The turns of a first batch warm it up and are not kept.</summary>
    private static async Task<IReadOnlyList<Turn>> AlternateAsync(
        string mode, HostileProgram program, FleetDirectory directory, HostileOptions options, TextWriter output, CancellationToken cancel)
    {
        await using var server = await OrchestratorServer.StartAsync(options.Program, directory.VmDirectory, directory, cancel);
        try
        {
            await server.ReadyAsync(options.Agents, ReadyPatience, cancel);
            var runner = new TurnRunner(server, program, directory, options, mode);
            var turns = new List<Turn>();
            for (var batch = 0; batch <= options.Batches; batch++)
            {
                var taken = await runner.BatchAsync(cancel);
                if (batch == 0)
                    continue;
                turns.AddRange(taken);
                output.WriteLine($"{mode,-8} {batch}/{options.Batches}  p99 of outcomes, ms: {string.Join(", ", taken.Select(turn => $"{P99(turn):N2} {turn.Kind.ToString().ToLowerInvariant()}"))}");
            }
            return turns;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException($"the orchestrator did not answer: {failure.Message}\n{server.LogTail()}");
        }
    }

    private static double P99(Turn turn) => Distribution.Of(turn.Latencies.Outcomes).P99;
}
