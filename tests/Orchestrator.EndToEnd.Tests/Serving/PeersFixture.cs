using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>Three pairs of light real peers and a server over them, shared by tests of the API that leave them as they found them.</summary>
public sealed class PeersFixture : IAsyncLifetime
{
    public const string First = "peer-0000";
    public const string Last = "peer-0002";
    private const int Count = 3;

    private readonly RealVmDirectory _directory = new();

    internal OrchestratorServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    internal IReadOnlyList<RealPeers> Peers { get; private set; } = [];

    public async Task InitializeAsync()
    {
        Peers = await _directory.AddPeersAsync(Count);
        Server = await OrchestratorServer.StartAsync("--vm-dir", _directory.Path);
        await Task.WhenAll(Peers.Select(peer => Server.ReadyAsync(peer.Name)));
    }

    public async Task DisposeAsync()
    {
        if (Server is not null)
            await Server.DisposeAsync();
        await _directory.DisposeAsync();
    }
}
