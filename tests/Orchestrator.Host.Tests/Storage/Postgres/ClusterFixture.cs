using Orchestrator.Actors.Clustering;
using Orchestrator.Host.Storage;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

/// <summary>A cluster's tables of one's own, and any number of nodes that share them.</summary>
internal sealed class ClusterFixture(PostgresServer server) : IAsyncDisposable
{
    /// <summary>Longer than any test.</summary>
    public static readonly TimeSpan Forever = TimeSpan.FromHours(1);

    private readonly List<ClusterStore> _nodes = [];
    private readonly List<OutputFiles> _outputs = [];

    /// <summary>The tables' schema.</summary>
    public string Schema { get; } = $"t{Guid.NewGuid():N}";

    /// <summary>A further node.</summary>
    public async Task<ClusterStore> NodeAsync(TimeProvider? time = null)
    {
        var outputs = server.Outputs();
        _outputs.Add(outputs);
        var node = await server.OpenClusterAsync(Schema, outputs, time);
        _nodes.Add(node);
        return node;
    }

    /// <summary>A duty that nobody else has.</summary>
    public static async Task<DutyClaim> ClaimAsync(ClusterStore node, string duty, string owner = "a") =>
        await node.Duties.ClaimAsync(duty, owner, Forever, CancellationToken.None) ?? throw new InvalidOperationException($"{duty} is another's");

    /// <summary>Takes a duty from who has it, as if its lifetime were over.</summary>
    public static async Task<DutyClaim> TakeAsync(ClusterStore node, DutyClaim from, string owner)
    {
        await node.Duties.RenewAsync(from, TimeSpan.FromTicks(10), CancellationToken.None);
        return await ClaimAsync(node, from.Duty, owner);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        foreach (var outputs in _outputs)
            await outputs.DisposeAsync();
    }
}
