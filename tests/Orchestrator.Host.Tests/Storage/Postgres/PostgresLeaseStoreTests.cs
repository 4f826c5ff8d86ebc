using Orchestrator.Actors.Freezing;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class PostgresLeaseStoreTests(PostgresServer server) : LeaseStoreTests
{
    private readonly ClusterFixture _cluster = new(server);
    private ClusterStore? _node;
    private ILeaseStore? _store;

    public override async Task DisposeAsync() => await _cluster.DisposeAsync();

    private protected override async Task<ILeaseStore> OpenAsync()
    {
        _node = await _cluster.NodeAsync();
        return _store = _node.LeasesOf(await ClusterFixture.ClaimAsync(_node, "vmhost-node1"));
    }

    [Fact]
    public async Task A_VmHost_has_its_own_leases_and_those_of_others_are_neither_seen_nor_touched()
    {
        var other = _node!.LeasesOf(await ClusterFixture.ClaimAsync(_node, "vmhost-node2"));
        await _store!.PutAsync(Lease("a", "web1"));
        await other.PutAsync(Lease("b", "web1") with { Host = "node2" });

        await other.RemoveAsync("a");
        var refused = await Assert.ThrowsAsync<LeaseStoreException>(() => _store.PutAsync(Lease("c", "web2") with { Host = "node2" }));

        Assert.Contains("vmhost-node1 is for those of node1", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], (await _store.LoadAsync()).Select(lease => lease.Id));
        Assert.Equal(["b"], (await other.LoadAsync()).Select(lease => lease.Id));
    }
}
