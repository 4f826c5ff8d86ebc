using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Health;

/// <summary>The duties of the cluster have their nodes, and this one finds them: new jobs are taken, and controllers run, somewhere.</summary>
internal sealed class DutiesCheck(FleetDirectory fleet, ClusterParts cluster) : INodeCheck
{
    private const int Named = 3;

    /// <inheritdoc/>
    public string Name => "duties";

    /// <inheritdoc/>
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var patience = NodeHealth.Patience * 0.75;
        var homes = await Task.WhenAll(ClusterDuties.All.Select(duty => fleet.HomeOfAsync(duty, cancellationToken, patience))).ConfigureAwait(false);
        return Of([.. ClusterDuties.All.Zip(homes).Where(duty => duty.Second is null).Select(duty => duty.First)], ClusterDuties.All.Count, ClusterChecks.Worst(cluster));
    }

    /// <summary>What follows from the search.</summary>
    /// <param name="missing">Duties that no node has.</param>
    /// <param name="all">How many there are.</param>
    /// <param name="worst">What it is for this node that nobody has any.</param>
    internal static CheckResult Of(IReadOnlyList<string> missing, int all, CheckStatus worst) => missing.Count switch
    {
        0 => CheckResult.Ok,
        var count when count == all => new CheckResult(worst, "no node has any duty of the cluster, so no job is taken: see the checks 'membership' and 'cluster-store', and the nodes' logs (1904, 1905)"),
        var count => new CheckResult(CheckStatus.Degraded, $"{count} of {all} duties are with no node now ({string.Join(", ", missing.Take(Named))}{(count > Named ? ", …" : "")}): what is theirs waits. If it stays so, see the nodes' logs (1904, 1905)"),
    };
}
