using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>Links between nodes that fail, and the store behind them.</summary>
public sealed class NetworkFaultTests(FaultTests.Fixture fixture) : FaultTests(fixture), IClassFixture<FaultTests.Fixture>
{
    /// <summary>Long enough for the others to put a node out, and to go on without it.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

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
}
