using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Soak.Measuring;
using Orchestrator.Bench.Soak.Results;
using Orchestrator.Bench.Soak.Work;

namespace Orchestrator.Bench.Soak;

/// <summary>Lets a node work and rest in turn, and measures it at each rest.</summary>
/// <param name="options">Of the run.</param>
/// <param name="files">Where everything is.</param>
/// <param name="output">Gets a line at each rest.</param>
public sealed class SoakRun(SoakOptions options, FleetDirectory files, TextWriter output)
{
    private const string Prefix = "stay";
    private const string Events = "events";
    private const int EventsPerHour = 10_000;
    private const double WarmUpShare = 0.3;
    private const int Parts = 2;
    // Threads of the pool that have nothing to do end after 20 s.
    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan QuickRestTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Dictionary<string, WorkTally> _tallies = [];
    private readonly List<SoakSample> _rests = [];

    /// <summary>What was done since the first rest.</summary>
    public IReadOnlyCollection<WorkTally> Work => _tallies.Values;

    /// <summary>What the node held at each rest, after the warm-up first.</summary>
    public IReadOnlyList<SoakSample> Rests => _rests;

    /// <summary>Runs for as long as the options say. Ends everything that it has started.</summary>
    /// <exception cref="BenchException">The node or a step of the work failed.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var stay = await EmulatedGroup.StartAsync(options.Program, files.VmDirectory, Prefix, options.Vms, [], files.File("stay.log"), cancel);
        await using var server = await OrchestratorServer.StartAsync(options.Program, files.VmDirectory, files, cancel);
        try
        {
            await ReadyAsync(server, cancel);
            var rest = options.Quick ? QuickRestTime : RestTime;
            var work = TimeSpan.FromMinutes(options.Minutes) - (rest * (Parts + 1));
            await WorkAsync(server, receiver, work * WarmUpShare, cancel);
            _tallies.Clear();
            var logged = await RestAsync(server, began, rest, cancel);
            for (var part = 0; part < Parts; part++)
            {
                await WorkAsync(server, receiver, work * ((1 - WarmUpShare) / Parts), cancel);
                _tallies[Events] = new WorkTally(Events, (long)(await RestAsync(server, began, rest, cancel) - logged), EventsPerHour);
            }
        }
        catch (BenchException failure)
        {
            throw new BenchException($"{failure.Message}\n{server.LogTail()}");
        }
    }

    private async Task WorkAsync(OrchestratorServer server, WebhookReceiver receiver, TimeSpan duration, CancellationToken cancel)
    {
        // With its end, its connections end: at rest the node has those of the benchmark's own questions.
        using var api = server.Connect();
        ISoakWork[] works =
        [
            new JobWork(api, $"{Prefix}*", options.Vms), new LeavingWork(api), new ChurnWork(api, options, files), new SubscriberWork(api), new WebhookWork(api, receiver),
        ];
        await SoakWorkers.RunAsync(works, duration, cancel);
        foreach (var work in works)
            _tallies[work.Name] = new WorkTally(work.Name, work.Done + (_tallies.TryGetValue(work.Name, out var before) ? before.Done : 0), work.PerHour);
    }

    /// <returns>Events that were logged until then.</returns>
    private async Task<double> RestAsync(OrchestratorServer server, long began, TimeSpan rest, CancellationToken cancel)
    {
        await ReadyAsync(server, cancel);
        await Task.Delay(rest, TimeProvider.System, cancel);
        var sample = await new NodeProbe(server).MeasureAsync(TimeProvider.System.GetElapsedTime(began).TotalMinutes, cancel);
        _rests.Add(sample);
        output.WriteLine($"at rest after {sample.Minutes,6:N1} min: {sample.HeapBytes / 1e6,7:N1} MB of objects, {sample.NativeBytes / 1e6,6:N1} MB native, {sample.ResidentBytes / 1e6,7:N1} MB resident, {sample.FileCount} files, {sample.Threads} threads");
        return MetricsText.Sum(await server.Api.MetricsAsync(cancel), FleetGauge.EventsLogged) ?? 0;
    }

    private async Task ReadyAsync(OrchestratorServer server, CancellationToken cancel)
    {
        var ready = await FleetGauge.AwaitAsync(server.Api, FleetGauge.Vms, "agent=\"Ready\"", sum => sum == options.Vms, Patience, cancel);
        if (ready != options.Vms)
            throw new BenchException($"{ready} of {options.Vms} agents are Ready after {Patience.TotalSeconds} s");
    }
}
