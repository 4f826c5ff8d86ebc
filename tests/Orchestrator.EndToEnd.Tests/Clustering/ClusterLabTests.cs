using System.Net;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>The laboratory's nodes: each alone on its host, with a PostgreSQL that they reach through the network, and everything done to them that a test may do.</summary>
public sealed class ClusterLabTests : IAsyncLifetime
{
    private const string PingAll = """{"target":"*","command":"guest-ping"}""";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private ClusterLab _lab = null!;

    public async Task InitializeAsync() => _lab = await ClusterLab.StartAsync(new() { Nodes = 2, OwnClocks = true, DiskMiB = 64 });

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    [Fact]
    public async Task Node_keeps_its_jobs_in_the_store_of_the_lab_over_a_stop_and_a_kill()
    {
        var node = _lab["a"];
        await node.Vms.AddPeersAsync("peer");
        await node.Server.ReadyAsync("peer");
        var job = await PingAsync(node);
        Assert.Equal("Succeeded", job);

        await node.Server.StopAsync();
        await node.Server.RestartAsync();
        Assert.Single((await node.Api.GetAsync("/v1/jobs")).Items());
        await node.Server.KillAndRestartAsync();
        Assert.Single((await node.Api.GetAsync("/v1/jobs")).Items());
        Assert.Empty((await _lab["b"].Api.GetAsync("/v1/jobs")).Items());
        Assert.Equal(3, node.Log.Split('\n').Count(line => line.StartsWith("orchestrator ", StringComparison.Ordinal) && line.Contains(" serves ")));
    }

    [Fact]
    public async Task Node_that_is_cut_off_from_the_store_accepts_a_job_when_the_link_is_back()
    {
        await PeersAsync();
        _lab.Network.Partition("a", ClusterLab.Store);

        var accepting = _lab["a"].Api.PostAsync("/v1/jobs", """{"target":"*","run":{"argv":["/bin/true"]}}""");
        await Eventually.TrueAsync(() => _lab.Network.Lost > 0, Limit, "the node has asked its store in vain");
        Assert.Equal("Succeeded", await PingAsync(_lab["b"]));
        Assert.False(accepting.IsCompleted);

        _lab.Network.Heal();
        var accepted = await accepting;
        Assert.True(accepted.Status == HttpStatusCode.Accepted, accepted.Text);
    }

    [Fact]
    public async Task Nodes_find_the_store_again_after_its_crash()
    {
        await PeersAsync();

        await _lab.Postgres.CrashAsync();
        await _lab.Postgres.ResumeAsync();

        foreach (var node in _lab.Nodes)
            await Eventually.TrueAsync(async () => await PingAsync(node) == "Succeeded", Limit, $"node {node.Name} reaches its store");
    }

    [Fact]
    public async Task Clock_of_a_node_jumps_while_it_runs_and_those_of_the_others_do_not()
    {
        var (hour, tolerance) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(1));
        foreach (var offset in new[] { hour, -hour, TimeSpan.Zero })
        {
            _lab["a"].Clock!.Set(offset);
            // The server makes its Date header anew each second.
            await Eventually.TrueAsync(async () => ((await DateAsync(_lab["a"])) - offset - TimeProvider.System.GetUtcNow()).Duration() < tolerance, Limit, $"node a's clock is off by {offset}");
            Assert.True((await DateAsync(_lab["b"]) - TimeProvider.System.GetUtcNow()).Duration() < tolerance);
        }
    }

    [Fact]
    public async Task Suspended_node_is_silent_and_goes_on_where_it_was()
    {
        var node = _lab["a"];
        node.Suspend();
        await Eventually.TrueAsync(() => StateOf(node.Server.Process.Id) == 'T', Limit, "node a is stopped");
        var asked = node.Api.GetAsync("/v1/vms");
        Assert.Equal(HttpStatusCode.OK, (await _lab["b"].Api.GetAsync("/v1/vms")).Status);
        Assert.False(asked.IsCompleted);

        node.Resume();
        Assert.Equal(HttpStatusCode.OK, (await asked).Status);
    }

    [Fact]
    public void Data_of_a_node_is_on_its_own_small_disk()
    {
        _lab["a"].Disk!.Fill();

        Assert.NotEmpty(Directory.EnumerateFiles(_lab["a"].Disk!.Path, "*.db"));
        Assert.Equal(0, new DriveInfo(_lab["a"].Disk!.Path).AvailableFreeSpace);
        Assert.NotEqual(0, new DriveInfo(_lab["b"].Disk!.Path).AvailableFreeSpace);
    }

    private Task PeersAsync() => Task.WhenAll(_lab.Nodes.Select(async node =>
    {
        await node.Vms.AddPeersAsync("peer");
        await node.Server.ReadyAsync("peer");
    }));

    /// <summary>The phase in which a job over all VMs of the node ended; what was answered if there is none.</summary>
    private static async Task<string> PingAsync(ClusterNode node)
    {
        var job = await node.Api.PostAsync("/v1/jobs", PingAll, ("Prefer", "wait=30"));
        return job.Status == HttpStatusCode.OK ? job.Body.Text("phase")! : job.Text;
    }

    private static async Task<DateTimeOffset> DateAsync(ClusterNode node) => (await node.Api.DateAsync())!.Value;

    /// <summary>Field 3 of proc(5)'s stat: T is stopped.</summary>
    private static char StateOf(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        return text[text.LastIndexOf(')') + 2];
    }
}
