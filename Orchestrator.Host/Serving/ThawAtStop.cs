using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Host.Serving;

/// <summary>A node that stops leaves no VM frozen, if it can: what it cannot thaw in time is thawed when it starts again.</summary>
internal sealed class ThawAtStop(Node node, LeaseBook leases) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var held = leases.All.Select(lease => (lease.Host, lease.Vm)).ToHashSet();
        if (held.Count == 0)
            return;
        var all = await node.AskAsync<InventoryReplies.Selection>(node.OwnInventory, new InventoryQueries.Select(null), cancellationToken).ConfigureAwait(false);
        var frozen = all.Entries.Where(entry => held.Contains((entry.Snapshot.Host, entry.Snapshot.Name))).ToArray();
        await node.FollowAsync<FreezeReplies.ThawedVms>(node.Parts.Get(LocalParts.OwnFreezes), new FreezeCommands.ThawVms(frozen, Force: false), cancellationToken).ConfigureAwait(false);
    }
}
