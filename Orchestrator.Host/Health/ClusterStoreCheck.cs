using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Health;

/// <summary>The PostgreSQL that the cluster shares answers this node.</summary>
internal sealed class ClusterStoreCheck(ClusterParts cluster, TimeProvider time) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "cluster-store";

    /// <inheritdoc/>
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await cluster.Store.Duties.ListAsync(NodeName.Prefix, cancellationToken).WaitAsync(NodeHealth.Patience * 0.75, time, cancellationToken).ConfigureAwait(false);
            return CheckResult.Ok;
        }
        catch (Exception e) when (e is JobStoreException or TimeoutException)
        {
            return new CheckResult(ClusterChecks.Worst(cluster), $"the store of the cluster does not answer this node, which gives up its duties: {e.Message}");
        }
    }
}
