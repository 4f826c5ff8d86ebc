using System.Security.Cryptography;
using Orchestrator.EndToEnd.Tests.Serving;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>Nodes that end, stand still, or have a wrong clock or a full disk.</summary>
public sealed class NodeFaultTests(FaultTests.Fixture fixture) : FaultTests(fixture), IClassFixture<FaultTests.Fixture>
{
    private const int LargeFile = 2 * 1024 * 1024;

    /// <summary>What the cluster promises: so long after its crash, others do what a node did.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(15);

    /// <summary>No fault: what many bytes at once do on a channel with TLS, whose end QEMU reads in parts.</summary>
    [Fact]
    public async Task Large_files_pass_to_a_guest_of_a_machine_without_a_node_and_back()
    {
        var (lab, bytes) = (Cluster.Lab, RandomNumberGenerator.GetBytes(LargeFile));
        foreach (var (node, vm) in lab.Nodes.Zip(lab.Rack!.VmNames))
        {
            var path = $"/tmp/large-{node.Name}";
            (await node.Api.PushAsync(vm, path, bytes)).Succeeds();
            foreach (var gateway in lab.Nodes)
                Assert.Equal(bytes, await PullAsync(gateway, vm, path));
        }
    }

    [Fact]
    public Task Killed_node_comes_back() => HoldsAsync(async (cluster, node) =>
    {
        await node.Server.KillAsync();
        await cluster.TakenOverAsync(node, TakeOver);
        await cluster.WorkAsync();
        await node.Server.RestartAsync();
    });

    [Fact]
    public Task Every_node_is_killed_one_after_the_other() => HoldsAsync(async (cluster, _) =>
    {
        foreach (var node in cluster.Lab.Nodes)
        {
            await node.Server.KillAsync();
            await cluster.TakenOverAsync(node, TakeOver);
            await node.Server.RestartAsync();
            await cluster.WorkAsync(jobs: 1);
            // A node that begins while another is away knows nothing of that one's VMs.
            await cluster.WholeAsync();
        }
    });

    [Fact]
    public Task All_nodes_are_killed_at_once() => HoldsAsync(async (cluster, _) =>
    {
        await Task.WhenAll(cluster.Lab.Nodes.Select(node => node.Server.KillAsync()));
        await Task.WhenAll(cluster.Lab.Nodes.Select(node => node.Server.RestartAsync()));
    });

    [Fact]
    public Task Stopped_node_hands_over_and_comes_back() => HoldsAsync(async (cluster, node) =>
    {
        await node.Server.StopAsync();
        await cluster.WorkAsync();
        await node.Server.RestartAsync();
    });

    [Fact]
    public Task Suspended_node_wakes_up_when_the_others_have_gone_on() => HoldsAsync(async (cluster, node) =>
    {
        node.Suspend();
        await cluster.WorkForAsync(TimeSpan.FromSeconds(30));
        node.Resume();
    });

    [Fact]
    public Task Clock_that_jumps_an_hour_ahead_and_back() => HoldsAsync(async (cluster, node) =>
    {
        foreach (var offset in new[] { TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.Zero })
        {
            node.Clock!.Set(offset);
            await cluster.WorkAsync();
        }
    });

    [Fact]
    public Task Disk_that_is_full_and_has_room_again() => HoldsAsync(async (cluster, node) =>
    {
        node.Disk!.Fill();
        await cluster.WorkAsync();
        node.Disk.Free();
    });

    /// <summary>A transfer ends with its node's duty, which a busy machine may take from it; without that, it must not.</summary>
    private async Task<byte[]> PullAsync(ClusterNode gateway, string vm, string path)
    {
        while (true)
        {
            var before = await RackDutyAsync();
            try
            {
                return await gateway.Api.PullAsync(vm, path);
            }
            catch (HttpRequestException cut)
            {
                if (await RackDutyAsync() == before)
                    throw Told($"{vm} by way of {gateway.Name}", cut);
            }
        }
    }

    private async Task<string> RackDutyAsync()
    {
        var cluster = await Cluster.Lab.Nodes[0].Api.GetAsync("/v1/cluster");
        return Assert.Single(cluster.Body.GetProperty("duties").EnumerateArray(), duty => duty.Is("duty", $"vmhost-{RemoteRack.Name}")).GetRawText();
    }
}
