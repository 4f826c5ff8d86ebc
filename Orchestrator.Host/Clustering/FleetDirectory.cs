using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Host.Api;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>Which node of the cluster has what: VMs, duties, names. Any thread.</summary>
/// <param name="node">This one.</param>
/// <param name="cluster">Its part in the cluster.</param>
internal sealed class FleetDirectory(Node node, ClusterParts cluster)
{
    private static readonly TimeSpan LocatePause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan DutyAnswer = TimeSpan.FromSeconds(2);

    /// <summary>A duty whose node died is elsewhere by then.</summary>
    private static readonly TimeSpan LocatePatience = TimeSpan.FromSeconds(20);

    /// <summary>The other node that has a VM; <see langword="null"/> for this one. What is not known here is answered here: with the words for it.</summary>
    /// <exception cref="RequestException">It does not answer.</exception>
    public async Task<NodeInfo?> OfVmAsync(string vm, CancellationToken cancellationToken)
    {
        var all = await node.AskAsync<InventoryReplies.Selection>(node.Inventory, new InventoryQueries.Select(null), cancellationToken).ConfigureAwait(false);
        var owners = all.Entries.Where(entry => entry.Snapshot.Name == vm || entry.Snapshot.Id?.ToString() == vm).Select(entry => (entry.Node, entry.Part)).Distinct().ToArray();
        // A remote VmHost may be on its way to another node than it was on.
        if (owners is [(not null, { } part)] && part != owners[0].Node)
            return await OfDutyAsync(ClusterDuties.OfVmHost(part), cancellationToken).ConfigureAwait(false);
        return owners is [({ } owner, _)] && owner != node.Host ? await OfNameAsync(owner, "has what this is about", cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>Another node that is known by this name; <see langword="null"/> for this one, and for a name that nobody has.</summary>
    /// <exception cref="RequestException">It does not answer.</exception>
    public async Task<NodeInfo?> OfOtherAsync(string name, CancellationToken cancellationToken)
    {
        var known = await KnownAsync(cancellationToken).ConfigureAwait(false);
        return name != node.Host && known.Any(item => item.Info.Name == name) ? await OfNameAsync(name, "is what this is about", cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>The other node that has a duty; <see langword="null"/> for this one. A duty on its way is waited for, for 20 s at most, as long as the store answers.</summary>
    /// <exception cref="RequestException">Nobody has it, or its node does not answer.</exception>
    public async Task<NodeInfo?> OfDutyAsync(string duty, CancellationToken cancellationToken)
    {
        for (var deadline = node.Time.GetUtcNow() + LocatePatience; ;)
        {
            if (await HomeOfAsync(duty, cancellationToken).ConfigureAwait(false) is { } home)
                return home == node.Host ? null : await OfNameAsync(home, "has what this is about", cancellationToken).ConfigureAwait(false);
            // Without the store nobody can take it, however long one waits.
            await AssertStoreAsync(duty, cancellationToken).ConfigureAwait(false);
            if (node.Time.GetUtcNow() >= deadline)
                throw new RequestException("moving", $"no node has '{duty}' now: ask again in a few seconds ('orchestrator node ls' shows the nodes, their logs say why)");
            await Task.Delay(LocatePause, node.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The node that has a duty now; <see langword="null"/> if none says so in time.</summary>
    /// <param name="duty">Its name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="patience">How long it may take; 2 s by default.</param>
    public async Task<string?> HomeOfAsync(string duty, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        try
        {
            var home = await cluster.Actors.Duties.Ask<DutyMessages.Home>(new DutyMessages.Locate(duty), patience ?? DutyAnswer, cancellationToken).ConfigureAwait(false);
            return home.Epoch is null ? null : home.Node;
        }
        catch (AskTimeoutException)
        {
            // It is moving.
            return null;
        }
    }

    /// <summary>The other nodes that can be reached.</summary>
    public async Task<IReadOnlyList<NodeInfo>> OthersAsync(CancellationToken cancellationToken) =>
        [.. (await KnownAsync(cancellationToken).ConfigureAwait(false)).Where(item => !item.IsSelf && IsReachable(item)).Select(item => item.Info)];

    /// <summary>The other nodes that take duties and can be reached.</summary>
    public async Task<IReadOnlyList<NodeInfo>> OtherGatewaysAsync(CancellationToken cancellationToken) =>
        [.. (await KnownAsync(cancellationToken).ConfigureAwait(false)).Where(item => !item.IsSelf && IsReachable(item) && item.Info.Roles.Contains(DutySharding.Role)).Select(item => item.Info)];

    /// <summary>A node that can be reached.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="why">What it is asked for, for the error: "has what this is about".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RequestException">It does not answer.</exception>
    public async Task<NodeInfo> OfNameAsync(string name, string why, CancellationToken cancellationToken) =>
        (await KnownAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefault(item => item.Info.Name == name && IsReachable(item))?.Info ?? throw Unreachable(name, why);

    /// <summary>What is told when a node does not answer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="why">What it was asked for.</param>
    /// <param name="what">What went wrong; <see langword="null"/> if it is not known to be there at all.</param>
    public static RequestException Unreachable(string name, string why, string? what = null) =>
        new("node-unreachable", $"the node '{name}' {why} and does not answer{(what is null ? "" : $" ({what})")}: ask again when it is back ('orchestrator node ls' shows the nodes)");

    private static bool IsReachable(Actors.Clustering.Nodes.NodeView item) => item.State is NodeState.Up or NodeState.Leaving;

    private async Task<IReadOnlyList<Actors.Clustering.Nodes.NodeView>> KnownAsync(CancellationToken cancellationToken) =>
        (await node.AskAsync<NodeReplies.Nodes>(cluster.Actors.Nodes, NodeQueries.List.Instance, cancellationToken).ConfigureAwait(false)).Items;

    private async Task AssertStoreAsync(string duty, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.Store.Duties.ListAsync(duty, cancellationToken).ConfigureAwait(false);
        }
        catch (JobStoreException e)
        {
            throw new RequestException("store-unavailable", $"no node has '{duty}' now, and none can take it, so nothing was done: {e.Message}");
        }
    }
}
