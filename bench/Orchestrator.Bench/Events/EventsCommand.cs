using Orchestrator.Bench.Events.Peers;
using Orchestrator.Bench.Events.Results;
using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Events.Subscribers;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events;

/// <summary>
/// <c>events</c>: how many events go from the VMs' sockets to subscribers, how long one takes, and what subscribers cost that wait. Rounds of different
/// kinds alternate, so that a disturbance hits all of them.
/// </summary>
public static class EventsCommand
{
    private const double SlowPace = 100;

    /// <summary>Half of the rate that is to be sustained.</summary>
    private const double AimedPace = 25_000;
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs the benchmark and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">Something needed is missing or failed, or an event was doubled, out of its order, or lost without a word.</exception>
    public static async Task RunAsync(EventsOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        using var directory = FleetDirectory.Create();
        await using var monitors = await Monitors.StartAsync(directory, options.Vms, cancel);
        var (floods, latencies) = await OnServerAsync(options, directory, server => AlternateAsync(new EventRounds(server, monitors, options), options, output, cancel), cancel);
        var idle = new List<IdleSample>();
        while (idle.Count < options.Rounds)
        {
            idle.Add(await OnServerAsync(options, directory, server => new IdleRounds(server, new EventRounds(server, monitors, options), options).RunAsync(cancel), cancel));
            output.WriteLine($"idle {idle.Count}/{options.Rounds}  {idle[^1].KiBPerSubscriber:N1} KiB for each of {options.Idle}");
        }

        var report = EventsReport.Of(options, machine, floods, latencies, idle);
        var page = EventsPage.Of(report);
        output.WriteLine();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-events-{report.Vms}", report, page, cancel)}");
    }

    /// <summary>The rounds of one server. Those of a first turn warm it up and are not kept.</summary>
    private static async Task<(IReadOnlyList<FloodSample> Floods, IReadOnlyList<LatencySample> Latencies)> AlternateAsync(
        EventRounds rounds, EventsOptions options, TextWriter output, CancellationToken cancel)
    {
        var (floods, latencies) = (new List<FloodSample>(), new List<LatencySample>());
        for (var turn = 0; turn <= options.Rounds; turn++)
        {
            FloodSample[] taken =
            [
                await rounds.FloodAsync(EventSubscriber.Ndjson, 1, cancel),
                await rounds.FloodAsync(EventSubscriber.Ndjson, options.Subscribers, cancel),
                await rounds.FloodAsync(EventSubscriber.ServerSent, 1, cancel),
                await rounds.FloodAsync(EventSubscriber.ServerSent, options.Subscribers, cancel),
            ];
            if (turn == 0)
                continue;
            floods.AddRange(taken);
            var half = 0.5 * Distribution.Of(floods.Where(flood => flood is { Format: "ndjson", Subscribers: 1 }).Select(flood => flood.EventsPerSecond)).Median;
            latencies.Add(await rounds.PaceAsync("100", SlowPace, cancel));
            latencies.Add(await rounds.PaceAsync("aim", AimedPace, cancel));
            latencies.Add(await rounds.PaceAsync("half", half, cancel));
            output.WriteLine($"{turn}/{options.Rounds}  events/s: {string.Join(", ", taken.Select(flood => $"{flood.EventsPerSecond:N0} {flood.Format} to {flood.Subscribers}"))}; p99, ms: {latencies[^3].Latency.P99:N2} at 100/s, {latencies[^2].Latency.P99:N2} at {AimedPace:N0}/s, {latencies[^1].Latency.P99:N2} at half");
        }
        return (floods, latencies);
    }

    private static async Task<T> OnServerAsync<T>(EventsOptions options, FleetDirectory directory, Func<OrchestratorServer, Task<T>> run, CancellationToken cancel)
    {
        await using var server = await OrchestratorServer.StartAsync(options.Program, directory.VmDirectory, directory, cancel);
        try
        {
            await AttachedAsync(server, options.Vms, cancel);
            return await run(server);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException($"the orchestrator did not answer: {failure.Message}\n{server.LogTail()}");
        }
    }

    private static async Task AttachedAsync(OrchestratorServer server, int vms, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (await server.Api.AttachedVmsAsync(cancel) is var attached && attached < vms)
        {
            if (TimeProvider.System.GetElapsedTime(started) > ReadyPatience)
                throw new BenchException($"after {ReadyPatience.TotalSeconds} s the orchestrator is attached to {attached} of {vms} VMs: {server.LogTail()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }
}
