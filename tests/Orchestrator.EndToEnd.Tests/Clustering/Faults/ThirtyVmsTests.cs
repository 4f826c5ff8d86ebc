namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>Everything at once: thirty real guests on three nodes, with a job over all of them at work whenever something breaks.</summary>
[Collection(nameof(ThirtyVmsTests))]
[CollectionDefinition(nameof(ThirtyVmsTests), DisableParallelization = true)]
public sealed class ThirtyVmsTests
{
    private const string Facts = "controllers: [ { name: facts } ]";
    private static readonly TimeSpan CutOff = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Jobs_leases_events_and_controllers_outlive_a_killed_node_a_partition_and_the_stores_restart()
    {
        await using var cluster = await WorkingCluster.StartAsync(new() { Clustered = true, Configuration = Facts }, new VmsOfNode(Guests: 10, Light: 0));
        await cluster.FreezeAsync();
        await cluster.WorkAsync();
        await cluster.Lab["c"].Server.KillAsync();
        await cluster.WorkAsync();
        await cluster.Lab["c"].Server.RestartAsync();
        cluster.Lab.Network.Isolate("b");
        await cluster.WorkForAsync(CutOff);
        cluster.Lab.Network.Heal();
        await cluster.WorkAsync();
        await cluster.Lab.Postgres.CrashAsync();
        await cluster.Lab.Postgres.ResumeAsync();
        await cluster.WorkAsync();

        await cluster.HoldAsync();
        await cluster.FactsHoldAsync();
    }
}
