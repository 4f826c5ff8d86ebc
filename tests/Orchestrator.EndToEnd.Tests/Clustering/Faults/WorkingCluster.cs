using System.Net;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>Three nodes of a cluster with real guests, and light real agents, at work: jobs, freezes and a reader of events, through any gateway.</summary>
internal sealed class WorkingCluster : IAsyncDisposable
{
    private const int LeaseMs = 15_000;
    private static readonly TimeSpan JobPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan WholeLimit = TimeSpan.FromMinutes(3);

    private readonly string[] _guests;
    private readonly Gateways _gateways;
    private readonly MarkedJobs _jobs;
    private readonly ReadEvents _events;

    private WorkingCluster(ClusterLab lab, VmsOfNode vms)
    {
        Lab = lab;
        _guests = [.. lab.Nodes.SelectMany(vms.GuestsOf), .. lab.Rack?.VmNames ?? []];
        Vms = _guests.Length + (lab.Nodes.Count * vms.Light);
        _gateways = new Gateways(lab);
        _jobs = new MarkedJobs(lab, _gateways, _guests);
        _events = new ReadEvents(lab, _gateways);
    }

    public ClusterLab Lab { get; }

    private int Vms { get; }

    /// <summary>Starts everything, and returns when every gateway shows every VM as ready.</summary>
    public static async Task<WorkingCluster> StartAsync(ClusterLabOptions options, VmsOfNode vms)
    {
        var cluster = new WorkingCluster(await ClusterLab.StartAsync(options), vms);
        try
        {
            await Task.WhenAll([.. cluster.Lab.Nodes.Select(node => AddVmsAsync(node, vms)), cluster.Lab.Rack?.StartAsync(BootLimit) ?? Task.CompletedTask]);
            await cluster.WholeAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Submits jobs to all VMs through gateways that answer, and reads the events meanwhile.</summary>
    public async Task WorkAsync(int jobs = 2)
    {
        await _jobs.SubmitAsync(jobs);
        await _events.CatchUpAsync();
    }

    /// <summary>Works until so much time has passed, a job a second.</summary>
    public async Task WorkForAsync(TimeSpan time)
    {
        // A frozen guest's agent takes 64 commands in its queue, for 15 s.
        using var pace = new PeriodicTimer(JobPause, TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        do
            await WorkAsync(jobs: 1);
        while (TimeProvider.System.GetElapsedTime(start) < time && await pace.WaitForNextTickAsync());
    }

    /// <summary>Freezes every real guest, for 15 s: whatever happens now, it must thaw.</summary>
    public async Task FreezeAsync()
    {
        var body = $$"""{"target":"{{string.Join(',', _guests)}}","ttlMs":{{LeaseMs}}}""";
        await _gateways.AskAsync(api => api.PostAsync("/v1/freezes", body), answer => answer.Status == HttpStatusCode.Created && answer.Body.Is("phase", "Frozen"), "the guests are frozen");
    }

    /// <summary>After a fault: the cluster is whole, every job has ended truly, every guest is thawed, and no event that was told is lost.</summary>
    public async Task HoldAsync()
    {
        await WholeAsync();
        foreach (var guest in _guests)
            await ThawedAsync(guest);
        foreach (var node in Lab.Nodes)
            await Gateways.ShowsAsync(node, "/v1/freeze-leases", answer => answer.Status == HttpStatusCode.OK && answer.Items().Length == 0, WholeLimit, "no lease of anybody");
        await _jobs.SubmitAsync(1);
        await _jobs.HoldAsync(Vms);
        await _events.HoldAsync();
    }

    /// <summary>The controller that gathers facts is somewhere, has nothing left to read, and has told every gateway what every real guest is.</summary>
    public async Task FactsHoldAsync()
    {
        foreach (var node in Lab.Nodes)
        {
            await Gateways.ShowsAsync(node, "/v1/controllers/facts", answer => answer.Body.TryGetProperty("controller", out var facts) && facts.Is("health", "Ok") && facts.Number("lagEvents") == 0, WholeLimit, "that the controller has nothing left to read");
            foreach (var guest in _guests)
                await Gateways.ShowsAsync(node, $"/v1/vms/{guest}", answer => answer.Body.TryGetProperty("facts", out var facts) && facts.Text("os.id") is not null, WholeLimit, $"the facts of {guest}");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Lab.DisposeAsync();

    /// <summary>After the death of a node: everything that it did, another does, as every other gateway shows.</summary>
    public async Task TakenOverAsync(ClusterNode dead, TimeSpan within)
    {
        foreach (var node in Lab.Nodes.Where(node => node != dead))
            await Gateways.ShowsAsync(node, "/v1/cluster", answer => answer.Status == HttpStatusCode.OK && AreOfOthers(answer.Body.GetProperty("duties").EnumerateArray(), dead.Name), within, $"the duties of {dead.Name} as taken over");
    }

    private static bool AreOfOthers(IEnumerable<JsonElement> duties, string dead) => duties.Any() && duties.All(duty => duty.Text("node") is { } owner && owner != dead);

    private static async Task AddVmsAsync(ClusterNode node, VmsOfNode vms)
    {
        var guests = new List<RealVm>();
        foreach (var name in vms.GuestsOf(node))
            guests.Add(await node.Vms.AddVmAsync(new() { Name = name, WithDisk = true }));
        for (var number = 1; number <= vms.Light; number++)
            await node.Vms.AddPeersAsync($"{node.Name}-{number}");
        foreach (var guest in guests)
            await guest.BootedAsync(BootLimit);
    }

    /// <summary>Every gateway shows every VM as ready.</summary>
    public async Task WholeAsync()
    {
        foreach (var node in Lab.Nodes)
            await Gateways.ShowsAsync(node, "/v1/vms", answer => answer.Status == HttpStatusCode.OK && answer.Items().Count(OrchestratorServer.IsReady) == Vms, WholeLimit, $"all {Vms} VMs as ready");
    }

    private async Task ThawedAsync(string guest)
    {
        foreach (var node in Lab.Nodes)
            await Gateways.ShowsAsync(node, $"/v1/vms/{guest}", answer => answer.Status == HttpStatusCode.OK && !answer.Body.TryGetProperty("freeze", out _), WholeLimit, $"{guest} as thawed");
        Assert.Equal("thawed", (await _gateways.AgentAsync(guest, "guest-fsfreeze-status")).GetString());
    }
}
