using System.Text.Json;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>The migrations of the whole fleet, for any gateway: each node tells of those whose sources it has. Any thread.</summary>
/// <param name="node">This node.</param>
/// <param name="fleet">Where the others are.</param>
/// <param name="peers">Asks them.</param>
internal sealed class ClusterMigrations(Node node, FleetDirectory fleet, PeerClient peers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>Those of the other nodes; one that does not answer in time has none to tell of.</summary>
    /// <param name="job">Whose; of all if <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IReadOnlyList<DrivenMigrationView>> ListOthersAsync(string? job, CancellationToken cancellationToken)
    {
        var others = await fleet.OthersAsync(cancellationToken).ConfigureAwait(false);
        return [.. (await Task.WhenAll(others.Select(other => AskAsync(other, job, cancellationToken))).ConfigureAwait(false)).SelectMany(found => found)];
    }

    private async Task<IReadOnlyList<DrivenMigrationView>> AskAsync(NodeInfo other, string? job, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, node.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{other.Peer}/v1/migrations{(job is null ? "" : $"?job={Uri.EscapeDataString(job)}")}") { Headers = { { Forwarding.Header, node.Host } } };
            using var answer = await peers.Invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync(PeerJson.Default.ItemsViewDrivenMigrationView, either.Token).ConfigureAwait(false) is { } found)
                return found.Items;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The job has their outcomes.
        }
        return [];
    }
}
