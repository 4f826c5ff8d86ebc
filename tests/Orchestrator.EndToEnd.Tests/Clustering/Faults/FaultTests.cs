using System.Security.Cryptography;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>
/// What a cluster promises, held against each fault: every job ends and its word is true, nothing runs twice, every freeze thaws, no event that was told is lost, and the
/// cluster is whole again, without anybody's help: the next fault meets the same cluster.
/// </summary>
[Collection(nameof(FaultsCollection))]
public sealed class FaultTests(FaultTests.Fixture fixture) : IClassFixture<FaultTests.Fixture>
{
    private const int LargeFile = 2 * 1024 * 1024;

    /// <summary>Long enough for the others to put a node out, and to go on without it.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    /// <summary>What the cluster promises: so long after its crash, others do what a node did.</summary>
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>No fault: what many bytes at once do on a channel with TLS, whose end QEMU reads in parts.</summary>
    [Fact]
    public async Task Large_files_pass_to_a_guest_of_a_machine_without_a_node_and_back()
    {
        var (lab, bytes) = (fixture.Cluster.Lab, RandomNumberGenerator.GetBytes(LargeFile));
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
    public Task Partition_between_two_nodes_both_ways() => HoldsAsync(async (cluster, _) =>
    {
        cluster.Lab.Network.Partition("a", "b");
        await cluster.WorkForAsync(Long);
        cluster.Lab.Network.Heal();
    });

    [Fact]
    public Task Partition_between_two_nodes_one_way() => HoldsAsync(async (cluster, _) =>
    {
        cluster.Lab.Network.PartitionOneWay("a", "b");
        await cluster.WorkForAsync(Long);
        cluster.Lab.Network.Heal();
    });

    [Fact]
    public Task Node_that_is_cut_off_from_everybody() => HoldsAsync(async (cluster, node) =>
    {
        cluster.Lab.Network.Isolate(node.Name);
        await cluster.WorkForAsync(Long);
        cluster.Lab.Network.Heal();
    });

    [Fact]
    public Task Node_that_is_cut_off_from_the_store_alone() => HoldsAsync(async (cluster, node) =>
    {
        cluster.Lab.Network.Partition(node.Name, ClusterLab.Store);
        await cluster.WorkForAsync(Long);
        cluster.Lab.Network.Heal();
    });

    [Fact]
    public Task Slow_link_that_loses_frames() => HoldsAsync(async (cluster, node) =>
    {
        cluster.Lab.Network.Slow(node.Name, TimeSpan.FromMilliseconds(100), loss: 0.05);
        await cluster.WorkForAsync(Long);
        cluster.Lab.Network.Heal();
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

    [Fact]
    public Task Store_that_crashes_and_recovers() => HoldsAsync(async (cluster, _) =>
    {
        await cluster.Lab.Postgres.CrashAsync();
        await cluster.Lab.Postgres.ResumeAsync();
        await cluster.WorkAsync();
    });

    [Fact]
    public Task Store_that_is_away_for_long() => HoldsAsync(async (cluster, node) =>
    {
        cluster.Lab.Network.Isolate(ClusterLab.Store);
        var working = cluster.WorkAsync();
        var start = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(start) > Long, Limit, "the store was away for long");
        Assert.True((int)(await node.Api.GetAsync("/v1/vms")).Status == 200, "what needs no store is served");
        cluster.Lab.Network.Heal();
        await working;
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
        var cluster = await fixture.Cluster.Lab.Nodes[0].Api.GetAsync("/v1/cluster");
        return Assert.Single(cluster.Body.GetProperty("duties").EnumerateArray(), duty => duty.Is("duty", $"vmhost-{RemoteRack.Name}")).GetRawText();
    }

    /// <summary>Work, a freeze, the fault amid both, and what must hold after it.</summary>
    private async Task HoldsAsync(Func<WorkingCluster, ClusterNode, Task> fault)
    {
        var cluster = fixture.Cluster;
        try
        {
            await cluster.WorkAsync();
            await cluster.FreezeAsync();
            await fault(cluster, cluster.Lab["b"]);
            await cluster.HoldAsync();
        }
        catch (Exception broken)
        {
            throw Told("a promise was broken", broken);
        }
    }

    /// <summary>With what the nodes say: nobody can ask them later.</summary>
    private InvalidOperationException Told(string what, Exception failure) =>
        new($"{what}, at {DateTime.UtcNow:O}: {failure.Message}\n{string.Join('\n', fixture.Cluster.Lab.Nodes.Select(node => $"{node.Name}: {node.Log[^Math.Min(node.Log.Length, 8000)..]}"))}", failure);

    /// <summary>The cluster that meets all faults: nodes with clocks of their own and small disks, and VMs that any of them may have.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal WorkingCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync() => Cluster = await WorkingCluster.StartAsync(new() { Clustered = true, OwnClocks = true, DiskMiB = 64, RemoteVms = 2 }, new VmsOfNode(Guests: 1, Light: 6));

        public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
    }
}
