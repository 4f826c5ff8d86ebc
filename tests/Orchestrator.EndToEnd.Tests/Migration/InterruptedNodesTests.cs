using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Migration;

namespace Orchestrator.EndToEnd.Tests.Migration;

/// <summary>Migrations of a real guest from a node of a cluster to another, while nodes die, and while somebody is bound to the node that it leaves.</summary>
public sealed class InterruptedNodesTests(TwoNodes fleet) : IClassFixture<TwoNodes>
{
    private const string Name = TwoNodes.Name;

    [Fact]
    public async Task Destination_whose_node_dies_costs_nothing_and_is_found_again()
    {
        var destination = await fleet.PrepareAsync();
        var program = fleet.Home.Api.ShellAsync(Name, "sleep 3; echo through");

        await fleet.KillAndRestartAsync(fleet.Other);

        Assert.Equal("through\n", (await program).Succeeds().Stdout());
        await fleet.PreparedAsync();
        await MigrationDriver.MigrateAsync(fleet.Owner, destination);
        await fleet.MovedAsync(destination);
        await fleet.IsOnAsync(fleet.Home);
    }

    [Fact]
    public async Task Client_of_the_QMP_socket_stays_connected_and_the_VM_goes_over_when_it_leaves()
    {
        var socket = Path.Combine(fleet.Home.Host.Directory, "data", "qmp", $"{Name}.sock");
        var destination = await fleet.PrepareAsync();
        var from = fleet.Home;
        await using (var client = await RawPeer.NegotiateAsync(socket))
        {
            await MigrationDriver.MigrateAsync(fleet.Owner, destination);
            await client.EventAsync("RESUME");
            await fleet.MovedAsync(destination);

            Assert.Equal("running", (await MigrationDriver.CommandAsync(client, """{"execute":"query-status"}""")).Text("status"));
            await MigrationDriver.CommandAsync(client, """{"execute":"guest-ping"}""");
            await fleet.ShowsAsync(vm => vm.Is("host", from.Name) && vm.Is("place", $"{fleet.Home.Name}/{Name}"), "is served by way of the node that it has left");
        }
        await fleet.IsOnAsync(fleet.Home);
    }

    [Fact]
    public async Task Guest_that_is_frozen_while_it_is_migrated_is_thawed_where_it_is()
    {
        var api = fleet.Other.Api;
        var freeze = await api.PostAsync("/v1/freezes", $$"""{"target":"{{Name}}","ttlMs":60000}""");
        Assert.True(freeze.Body.Is("phase", "Frozen"), freeze.Text);
        await fleet.ShowsAsync(vm => vm.Is("freeze", "Frozen"), "is frozen");
        var destination = await fleet.PrepareAsync();

        await MigrationDriver.MigrateAsync(fleet.Owner, destination);
        await fleet.MovedAsync(destination);
        await fleet.ShowsAsync(vm => vm.Is("freeze", "Frozen") && vm.Is("place", $"{fleet.Home.Name}/{Name}"), "is frozen at its destination");
        var thaw = await api.PostAsync($"/v1/freezes/{freeze.Body.Text("id")}:thaw");

        Assert.True((int)thaw.Status is 200 or 202, thaw.Text);
        await fleet.IsOnAsync(fleet.Home);
        (await api.ShellAsync(Name, "echo written > /root/after")).Succeeds();
    }

    [Fact]
    public async Task Node_of_the_destination_that_dies_after_the_arrival_lends_the_guest_again()
    {
        var from = fleet.Home;
        var socket = Path.Combine(from.Host.Directory, "data", "qmp", $"{Name}.sock");
        var destination = await fleet.PrepareAsync();
        await using (var client = await RawPeer.NegotiateAsync(socket))
        {
            await MigrationDriver.MigrateAsync(fleet.Owner, destination);
            await fleet.MovedAsync(destination);

            await fleet.KillAndRestartAsync(fleet.Home);

            await fleet.ShowsAsync(vm => vm.Is("host", from.Name) && OrchestratorServer.IsReady(vm), "is served again");
            (await from.Api.ShellAsync(Name, "true")).Succeeds();
        }
        await fleet.IsOnAsync(fleet.Home);
    }

    [Fact]
    public async Task Node_that_dies_before_the_VM_has_gone_over_leaves_it_to_the_node_of_its_guest()
    {
        var dead = fleet.Home;
        var socket = Path.Combine(dead.Host.Directory, "data", "qmp", $"{Name}.sock");
        var destination = await fleet.PrepareAsync();
        await using (var client = await RawPeer.NegotiateAsync(socket))
        {
            await MigrationDriver.MigrateAsync(fleet.Owner, destination);
            await fleet.MovedAsync(destination);

            await dead.Server.KillAsync();
        }

        await fleet.ServesAsync(fleet.Home);
        (await fleet.Home.Api.ShellAsync(Name, "true")).Succeeds();
        // As whoever ends a QEMU does: a directory without one is a VM that cannot be reached.
        Directory.Delete(Path.Combine(dead.Vms.Path, Name), recursive: true);
        await dead.Server.RestartAsync();
        await fleet.ServesAsync(dead);
        (await dead.Api.ShellAsync(Name, "true")).Succeeds();
    }
}
