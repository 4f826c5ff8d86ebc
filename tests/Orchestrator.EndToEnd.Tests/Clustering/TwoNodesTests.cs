using Orchestrator.EndToEnd.Tests.Clustering.Faults;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>Two nodes are no majority of each other: it is said, and whichever dies, the other serves its own VMs and is joined again.</summary>
public sealed class TwoNodesTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Cluster_of_two_says_so_and_the_one_that_is_left_goes_on_whichever_dies()
    {
        await using var lab = await ClusterLab.StartAsync(new() { Nodes = 2, Clustered = true });
        foreach (var node in lab.Nodes)
            await node.Vms.AddPeersAsync($"{node.Name}-vm");
        await WholeAsync(lab);
        await Eventually.TrueAsync(() => lab.Nodes.Any(node => node.Log.Contains("[1902] The cluster has two nodes", StringComparison.Ordinal)), Limit, "a node says that a third is missing");

        foreach (var dead in lab.Nodes)
        {
            var left = lab.Nodes.Single(node => node != dead);
            await dead.Server.KillAsync();
            await Gateways.ShowsAsync(left, "/v1/cluster", answer => (int)answer.Status == 200 && answer.Body.GetProperty("duties").EnumerateArray().All(duty => duty.Is("node", left.Name)), Limit, "itself at all duties");
            await Gateways.ShowsAsync(left, "/v1/vms", answer => (int)answer.Status == 200 && answer.Items().Any(vm => vm.Is("name", $"{left.Name}-vm") && OrchestratorServer.IsReady(vm)), Limit, "its own VM as ready");
            await dead.Server.RestartAsync();
            await WholeAsync(lab);
        }
    }

    private static async Task WholeAsync(ClusterLab lab)
    {
        foreach (var node in lab.Nodes)
            await Gateways.ShowsAsync(node, "/v1/vms", answer => (int)answer.Status == 200 && answer.Items().Count(OrchestratorServer.IsReady) == lab.Nodes.Count, Limit, "both VMs as ready");
    }
}
