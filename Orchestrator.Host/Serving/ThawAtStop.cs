using Akka.Actor;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Host.Serving;

/// <summary>A node that stops leaves no VM frozen, if it can: what it cannot thaw in time is thawed when it starts again.</summary>
internal sealed partial class ThawAtStop(Node node, LeaseBook leases, ActorSystem system, ILogger<ThawAtStop> log) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var held = leases.All.Select(lease => (lease.Host, lease.Vm)).ToHashSet();
        // One that its cluster has put out has no actors any more.
        if (held.Count == 0 || system.WhenTerminated.IsCompleted || CoordinatedShutdown.Get(system).ShutdownReason is CoordinatedShutdown.ClusterDowningReason)
            return;
        try
        {
            var all = await node.AskAsync<InventoryReplies.Selection>(node.OwnInventory, new InventoryQueries.Select(null), cancellationToken).ConfigureAwait(false);
            var frozen = all.Entries.Where(entry => held.Contains((entry.Snapshot.Host, entry.Snapshot.Name))).ToArray();
            await node.FollowAsync<FreezeReplies.ThawedVms>(node.Parts.Get(LocalParts.OwnFreezes), new FreezeCommands.ThawVms(frozen, Force: false), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception late) when (late is AskTimeoutException or OperationCanceledException)
        {
            NotThawed(log, held.Count, late.Message);
        }
    }

    [LoggerMessage(1004, LogLevel.Warning, "{Vms} VMs could not be thawed before the node stopped ({Reason}): they are when it starts again")]
    private static partial void NotThawed(ILogger log, int vms, string reason);
}
