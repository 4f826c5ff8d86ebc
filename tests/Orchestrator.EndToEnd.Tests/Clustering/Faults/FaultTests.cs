namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>
/// What a cluster promises, held against each fault: every job ends and its word is true, nothing runs twice, every freeze thaws, no event that was told is lost, and the
/// cluster is whole again, without anybody's help: the next fault meets the same cluster. tests/run.sh has nothing beside these tests but each other.
/// </summary>
public abstract class FaultTests(FaultTests.Fixture fixture)
{
    internal WorkingCluster Cluster => fixture.Cluster;

    /// <summary>Work, a freeze, the fault amid both, and what must hold after it.</summary>
    private protected async Task HoldsAsync(Func<WorkingCluster, ClusterNode, Task> fault)
    {
        var cluster = Cluster;
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
    private protected InvalidOperationException Told(string what, Exception failure) =>
        new($"{what}, at {DateTime.UtcNow:O}: {failure.Message}\n{string.Join('\n', Cluster.Lab.Nodes.Select(node => $"{node.Name}: {node.Log[^Math.Min(node.Log.Length, 8000)..]}"))}", failure);

    /// <summary>The cluster that meets all faults: nodes with clocks of their own and small disks, and VMs that any of them may have.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal WorkingCluster Cluster { get; private set; } = null!;

        public async Task InitializeAsync() => Cluster = await WorkingCluster.StartAsync(new() { Clustered = true, OwnClocks = true, DiskMiB = 64, RemoteVms = 2 }, new VmsOfNode(Guests: 1, Light: 6));

        public Task DisposeAsync() => Cluster.DisposeAsync().AsTask();
    }
}
