using System.Net;
using Orchestrator.EndToEnd.Tests.Clustering.Faults;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>Nodes of the laboratory with certificates of one authority are one cluster, on separate hosts.</summary>
public sealed class ClusterFormationTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private ClusterLab _lab = null!;

    public async Task InitializeAsync()
    {
        _lab = await ClusterLab.StartAsync(new() { Clustered = true });
        foreach (var node in _lab.Nodes)
            await node.Vms.AddPeersAsync($"{node.Name}-vm");
        foreach (var node in _lab.Nodes)
            await ReadyAsync(node, _lab.Nodes.Count);
    }

    public Task DisposeAsync() => _lab.DisposeAsync().AsTask();

    [Fact]
    public async Task Every_gateway_takes_a_job_for_the_vms_of_all_nodes()
    {
        foreach (var node in _lab.Nodes)
        {
            // With a key it is in the store when it is accepted. Duties still move in a cluster that has just formed, and a job that only reads is in the store a second later else.
            var job = await node.Api.PostAsync("/v1/jobs", """{"target":"*","command":"guest-ping"}""", ("Idempotency-Key", $"of-{node.Name}"));
            Assert.True(job.Status == HttpStatusCode.Accepted && job.Body.Number("targets") == _lab.Nodes.Count, $"gateway {node.Name}: {job.Text}");
            foreach (var other in _lab.Nodes)
                await Gateways.ShowsAsync(other, job.Location!, answer => answer.Body.Is("phase", "Succeeded"), Limit, $"the job of {node.Name} as succeeded");
        }
    }

    [Fact]
    public async Task Gateway_that_is_cut_off_shows_the_fleet_again_when_the_network_is_whole()
    {
        _lab.Network.Partition("a", "b");
        await Eventually.TrueAsync(() => _lab.Network.Lost > 0, Limit, "the partition swallows what nodes say to each other");

        _lab.Network.Heal();

        foreach (var node in _lab.Nodes)
            await ReadyAsync(node, _lab.Nodes.Count);
    }

    private static Task ReadyAsync(ClusterNode gateway, int vms) =>
        Gateways.ShowsAsync(gateway, "/v1/vms", answer => answer.Status == HttpStatusCode.OK && answer.Items().Count(OrchestratorServer.IsReady) == vms, Limit, $"{vms} VMs as ready");
}
