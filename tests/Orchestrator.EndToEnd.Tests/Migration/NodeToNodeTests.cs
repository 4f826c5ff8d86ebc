using Orchestrator.EndToEnd.Tests.Serving;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>One real guest that is migrated from a node of a cluster to another.</summary>
public sealed class NodeToNodeTests(TwoNodes fleet) : IClassFixture<TwoNodes>
{
    [Fact]
    public async Task VM_goes_over_to_the_node_of_its_destination_and_stays_what_it_was()
    {
        var api = fleet.Home.Api;
        (await api.ShellAsync(TwoNodes.Name, "echo before > /tmp/mark")).Succeeds();
        var from = fleet.Home;
        var destination = await fleet.PrepareAsync();

        await MigrationDriver.MigrateAsync(fleet.Owner, destination);
        await fleet.MovedAsync(destination);

        await fleet.IsOnAsync(fleet.Home);
        Assert.NotEqual(from, fleet.Home);
        foreach (var node in fleet.Lab.Nodes)
            Assert.Equal("before\n", (await node.Api.ShellAsync(TwoNodes.Name, "cat /tmp/mark")).Succeeds().Stdout());
    }
}
