using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Single.Callers;
using Orchestrator.Bench.Single.Results;

namespace Orchestrator.Bench.Single;

/// <summary><c>single</c>: what one call of one VM costs beside the bare socket of its agent, when nothing else is asked of the server.</summary>
public static class SingleCommand
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(120);

    /// <summary>Runs the benchmark and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">Something needed is missing or failed, or a call had another answer than success.</exception>
    public static async Task RunAsync(SingleOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        Preflight.Check(options.Agents);
        using var directory = FleetDirectory.Create();
        output.WriteLine($"starting {options.Agents} guest agents and as many QMP servers");
        await using var peers = new PeerFleet(directory, options.Agents, runsPrograms: true);
        await peers.StartAsync(cancel);

        var called = FleetNames.Of(1);
        var run = new SingleRun(options,
        [
            new Way(Way.Bare, _ => Task.FromResult<ICaller>(BareCaller.Connect(directory.QgaSocket(called)))),
            new Way(Way.Http, stop => OverServerAsync(server => new BareHttpCaller(server, called), options, directory, stop)),
            new Way(Way.Api, stop => OverServerAsync(server => new ServerCaller(server, called), options, directory, stop)),
        ]);
        var turns = new List<CallTurn>();
        for (var batch = 1; batch <= options.Batches; batch++)
        {
            var taken = await run.BatchAsync(cancel);
            turns.AddRange(taken);
            output.WriteLine($"{batch}/{options.Batches}  p50, ms: {string.Join(", ", taken.Select(turn => $"{Distribution.Of(turn.Milliseconds).Median:N3} {turn.Command} ({turn.Way})"))}");
        }

        var report = SingleReport.Of(options, machine, turns);
        var page = SinglePage.Of(report);
        output.WriteLine();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-single", report, page, cancel)}");
    }

    // A server of its own for each turn: only its end lets the agents go.
    private static async Task<ICaller> OverServerAsync(Func<OrchestratorServer, ICaller> caller, SingleOptions options, FleetDirectory directory, CancellationToken cancel)
    {
        var server = await OrchestratorServer.StartAsync(options.Program, directory.VmDirectory, directory, cancel);
        try
        {
            await server.ReadyAsync(options.Agents, ReadyPatience, cancel);
            return caller(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
