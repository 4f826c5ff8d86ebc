using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Fleet.Clients;

/// <summary>
/// The orchestrator as its users drive it: a server process of its own, and jobs over its HTTP API. One server per turn, because
/// only its end frees the agents for the next client.
/// </summary>
public sealed class OrchestratorClient(FleetDirectory directory, FleetOptions options) : IFleetClient
{
    /// <inheritdoc/>
    public string Name => "orchestrator";

    private object Job => options.Command == FleetOptions.RunTrue ? new { target = "*", run = new { argv = (string[])["true"] } } : new { target = "*", command = options.Command };

    private TimeSpan ReadyPatience => TimeSpan.FromSeconds(60) + TimeSpan.FromMilliseconds(50) * options.Agents;

    /// <inheritdoc/>
    public async Task<Batch> RunBatchAsync(int warmup, int rounds, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var server = await OrchestratorServer.StartAsync(options.Program, directory.VmDirectory, directory, cancel);
        try
        {
            return await RunBatchAsync(server, started, warmup, rounds, cancel);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException($"the orchestrator did not answer: {failure.Message}\n{server.LogTail()}");
        }
    }

    /// <summary>Resident memory of a server without a single VM, bytes.</summary>
    /// <exception cref="BenchException">The server cannot be started.</exception>
    public async Task<long> EmptyServerBytesAsync(CancellationToken cancel)
    {
        var none = directory.File("none");
        Directory.CreateDirectory(none);
        await using var server = await OrchestratorServer.StartAsync(options.Program, none, directory, cancel);
        return server.Usage().ResidentBytes;
    }

    private async Task<Batch> RunBatchAsync(OrchestratorServer server, long started, int warmup, int rounds, CancellationToken cancel)
    {
        await server.ReadyAsync(options.Agents, ReadyPatience, cancel);
        var connect = TimeProvider.System.GetElapsedTime(started);
        var ready = server.Usage();
        await RunRoundsAsync(server, warmup, cancel);
        var before = server.Usage();
        var reader = Environment.CpuUsage.TotalTime;
        var walls = await RunRoundsAsync(server, rounds, cancel);
        reader = Environment.CpuUsage.TotalTime - reader;
        var after = server.Usage();
        return new Batch
        {
            Client = Name,
            Commands = options.Agents,
            Connect = connect,
            Rounds = walls,
            Cpu = after.Cpu - before.Cpu,
            ReaderCpu = reader,
            Ready = ready,
            After = after,
        };
    }

    private async Task<IReadOnlyList<TimeSpan>> RunRoundsAsync(OrchestratorServer server, int rounds, CancellationToken cancel)
    {
        var walls = new List<TimeSpan>(rounds);
        while (walls.Count < rounds)
        {
            var started = TimeProvider.System.GetTimestamp();
            var tally = await server.Api.RunJobAsync(Job, null, cancel);
            walls.Add(TimeProvider.System.GetElapsedTime(started));
            if (tally.Outcomes != options.Agents || tally.Succeeded != options.Agents)
                throw new BenchException($"a job on {options.Agents} VMs had {tally.Outcomes} outcomes, {tally.Succeeded} of them Succeeded. {tally.FirstOther}");
        }
        return walls;
    }
}
