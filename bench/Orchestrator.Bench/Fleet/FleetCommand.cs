using Orchestrator.Bench.Fleet.Clients;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Fleet;

/// <summary>
/// <c>fleet</c>: the same agents, the same round, one client after the other, again and again. Alternating lets whatever disturbs
/// the machine for a while disturb every client, so that the ratios of neighbouring turns mean more than the absolute numbers.
/// </summary>
public static class FleetCommand
{
    /// <summary>Runs the benchmark and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">Something needed is missing or failed.</exception>
    public static async Task RunAsync(FleetOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        Preflight.Check(options.Agents, options.Guests);
        using var directory = FleetDirectory.Create();
        var clients = await ClientsAsync(directory, options, cancel);
        var server = clients.OfType<OrchestratorClient>().FirstOrDefault();
        var empty = server is null || options.Guests > 0 ? 0 : await server.EmptyServerBytesAsync(cancel);

        output.WriteLine(options.Guests > 0 ? $"booting {options.Guests} guests" : $"starting {options.Agents} guest agents and as many QMP servers");
        await using IPeers peers = options.Guests > 0
            ? new GuestPeers(directory, options.Guests)
            : new PeerFleet(directory, options.Agents, runsPrograms: options.Command == FleetOptions.RunTrue);
        await peers.StartAsync(cancel);
        var batches = await AlternateAsync(clients, options, output, cancel);

        var report = FleetReport.Of(options, machine, batches, empty);
        var table = MarkdownReport.Of(report);
        output.WriteLine();
        output.Write(table);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, report.Name, report, table, cancel)}");
    }

    private static async Task<IReadOnlyList<IFleetClient>> ClientsAsync(FleetDirectory directory, FleetOptions options, CancellationToken cancel)
    {
        var clients = new List<IFleetClient>();
        foreach (var name in options.Clients)
            clients.Add(name switch
            {
                "c" => await ReferenceClients.EpollAsync(directory, options, cancel),
                "python" => ReferenceClients.Asyncio(name, "plain", directory, options),
                "python-buffered" => ReferenceClients.Asyncio(name, "buffered", directory, options),
                _ when FleetOptions.OneShotTools.Contains(name) => await OneShotClient.OfAsync(name, directory, options, cancel),
                _ => new OrchestratorClient(directory, options),
            });
        return clients;
    }

    private static async Task<IReadOnlyList<Batch>> AlternateAsync(
        IReadOnlyList<IFleetClient> clients, FleetOptions options, TextWriter output, CancellationToken cancel)
    {
        var batches = new List<Batch>();
        for (var turn = 1; turn <= options.Batches; turn++)
            foreach (var client in clients)
            {
                var batch = await client.RunBatchAsync(options.Warmup, options.Rounds, cancel);
                batches.Add(batch);
                output.WriteLine($"{turn}/{options.Batches} {client.Name,-15} {Distribution.Of(batch.Rates).Median,8:N0} commands/s {batch.CpuMicrosecondsPerCommand,8:N1} µs CPU each");
            }
        return batches;
    }
}
