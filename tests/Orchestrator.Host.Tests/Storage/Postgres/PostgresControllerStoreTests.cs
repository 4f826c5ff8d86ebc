using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

[Collection(nameof(PostgresServer))]
public sealed class PostgresControllerStoreTests(PostgresServer server) : ControllerStoreTests
{
    private readonly ClusterFixture _cluster = new(server);
    private ClusterStore? _node;

    public override async Task DisposeAsync() => await _cluster.DisposeAsync();

    private protected override async Task<IControllerStore> OpenAsync()
    {
        _node = await _cluster.NodeAsync();
        return _node.ControllersOf(await ClusterFixture.ClaimAsync(_node, "control"));
    }

    private protected override async Task CloseAsync() => await _node!.DisposeAsync();
}
