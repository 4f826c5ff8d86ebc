using Orchestrator.Bench.Events.Subscribers;
using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Events.Rounds;

/// <summary>What subscribers cost that wait for something else. One server per round: memory that was once used does not come back.</summary>
public sealed class IdleRounds(OrchestratorServer server, EventRounds rounds, EventsOptions options)
{
    /// <summary>Of which there are no events.</summary>
    private const string OtherType = "io.orchestrator.qmp.POWERDOWN";

    private const int EventsPerSecond = 100;

    /// <summary>What is compiled and allocated once is so before anything is measured.</summary>
    private const int WarmUpSubscribers = 20;

    /// <summary>Takes the round.</summary>
    /// <exception cref="BenchException">As with a flood.</exception>
    public async Task<IdleSample> RunAsync(CancellationToken cancel)
    {
        Close(await OpenAsync(WarmUpSubscribers, cancel));
        await rounds.PaceAsync("warm-up", EventsPerSecond, cancel);
        var eventsWithout = await rounds.PaceAsync("without", EventsPerSecond, cancel);
        var coresWithout = await WaitAsync(cancel);
        var before = server.Usage().ResidentBytes;
        var subscribers = await OpenAsync(options.Idle, cancel);
        try
        {
            var coresWith = await WaitAsync(cancel);
            var after = server.Usage().ResidentBytes;
            var eventsWith = await rounds.PaceAsync("with", EventsPerSecond, cancel);
            return new IdleSample(
                options.Idle,
                (after - before) / 1024.0 / options.Idle,
                new Beside(coresWithout, coresWith),
                new Beside(eventsWithout.ServerCores, eventsWith.ServerCores),
                new Beside(eventsWithout.Latency.Median, eventsWith.Latency.Median),
                new Beside(eventsWithout.Latency.P99, eventsWith.Latency.P99));
        }
        finally
        {
            Close(subscribers);
        }
    }

    private static void Close(IEnumerable<EventSubscriber> subscribers)
    {
        foreach (var subscriber in subscribers)
            subscriber.Dispose();
    }

    private async Task<List<EventSubscriber>> OpenAsync(int count, CancellationToken cancel)
    {
        var subscribers = new List<EventSubscriber>(count);
        while (subscribers.Count < count)
            subscribers.Add(await EventSubscriber.OpenAsync(server.Api, EventSubscriber.Ndjson, OtherType, cancel));
        return subscribers;
    }

    /// <summary>The server's cores while nothing happens.</summary>
    private async Task<double> WaitAsync(CancellationToken cancel)
    {
        var (before, started) = (server.Usage(), TimeProvider.System.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), TimeProvider.System, cancel);
        return (server.Usage().Cpu - before.Cpu) / TimeProvider.System.GetElapsedTime(started);
    }
}
