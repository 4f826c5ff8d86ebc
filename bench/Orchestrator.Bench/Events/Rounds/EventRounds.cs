using Orchestrator.Bench.Events.Peers;
using Orchestrator.Bench.Events.Subscribers;
using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Rounds;

/// <summary>Takes rounds on one server. Each has subscribers of its own.</summary>
public sealed class EventRounds(OrchestratorServer server, Monitors monitors, EventsOptions options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>All VMs send as fast as they can, and so many subscribers read.</summary>
    /// <exception cref="BenchException">Something was doubled, out of order, or lost without a word; or the round took more than three minutes.</exception>
    public async Task<FloodSample> FloodAsync(string format, int subscribers, CancellationToken cancel)
    {
        var events = (long)options.EventsPerVm * options.Vms;
        server.ResetPeak();
        var before = server.Usage();
        var readers = await ReadAsync(format, subscribers, events, null, stop => monitors.FloodAsync(options.EventsPerVm, stop), cancel);
        var after = server.Usage();
        var took = TimeProvider.System.GetElapsedTime(readers.Min(reader => reader.FirstSent), readers.Max(reader => reader.LastArrival));
        return new FloodSample(
            format == EventSubscriber.Ndjson ? "ndjson" : "sse", subscribers, events / took.TotalSeconds, (after.Cpu - before.Cpu).TotalMicroseconds / events,
            readers.Max(reader => reader.Lost), after.PeakResidentBytes / (double)(1 << 20));
    }

    /// <summary>The VMs send in turn at a steady pace, and one subscriber reads.</summary>
    /// <param name="load">Name of the pace.</param>
    /// <param name="perSecond">The pace, of all VMs together.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="BenchException">As with a flood.</exception>
    public async Task<LatencySample> PaceAsync(string load, double perSecond, CancellationToken cancel)
    {
        var turns = Math.Max(1, (long)(perSecond * options.Seconds / options.Vms));
        var pace = new EventPace(perSecond, turns * options.Vms);
        var latencies = new List<double>((int)pace.Count);
        var (before, started) = (server.Usage(), TimeProvider.System.GetTimestamp());
        var reader = (await ReadAsync(EventSubscriber.Ndjson, 1, pace.Count, latencies, stop => monitors.PaceAsync(pace, stop), cancel))[0];
        var (after, took) = (server.Usage(), TimeProvider.System.GetElapsedTime(started));
        var sending = TimeProvider.System.GetElapsedTime(reader.FirstSent, reader.LastSent);
        return new LatencySample(load, (pace.Count - 1) / sending.TotalSeconds, Distribution.Of(latencies), reader.Lost, (after.Cpu - before.Cpu) / took);
    }

    private async Task<IReadOnlyList<EventSubscriber>> ReadAsync(
        string format, int subscribers, long events, ICollection<double>? latencies, Func<CancellationToken, Task> send, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var readers = new List<EventSubscriber>(subscribers);
        try
        {
            while (readers.Count < subscribers)
                readers.Add(await EventSubscriber.OpenAsync(server.Api, format, null, either.Token));
            var before = monitors.Sent / options.Vms;
            Task[] all = [.. readers.Select(reader => Task.Run(() => reader.ReadAsync(events, new EventOrder(options.Vms, before), latencies, either.Token), either.Token)), send(either.Token)];
            await foreach (var ended in Task.WhenEach(all))
                await ended;
            return readers;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new BenchException($"{events} events did not reach {subscribers} subscribers within {Patience.TotalSeconds} s");
        }
        finally
        {
            await either.CancelAsync();
            foreach (var reader in readers)
                reader.Dispose();
        }
    }
}
