using Akka.Actor;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;
using Orchestrator.Actors.Vms.Migration;

namespace Orchestrator.Actors.Migration;

/// <summary>
/// Destinations that this node knows, on the VmHost that is asked for: the QEMU that the VM shows as its destination, on its own VmHost or on that of another
/// node, which lends it; on a remote VmHost, a VM with the same UUID that waits (<c>inmigrate</c>).
/// </summary>
/// <param name="inventory">The node's own.</param>
/// <param name="time">Clock of the pauses.</param>
internal sealed class InventoryDestinations(IActorRef inventory, TimeProvider time) : IDestinations
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<IMigrationPeer?> FindAsync(VmSnapshot vm, string to, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (vm.Id is not { } id || !TargetSelector.TryParse(id.ToString(), out var same, out _))
            return null;
        var until = Deadline.After(patience, time);
        while (true)
        {
            var found = await inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(same), AnswerTimeout, cancellationToken).ConfigureAwait(false);
            foreach (var entry in found.Entries)
            {
                if (DestinationOf(entry.Snapshot, vm, to) is { } qemu)
                    return new VmPeer(entry, qemu, time);
            }
            if (until.Remaining(time) == TimeSpan.Zero)
                return null;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The name of the QEMU that waits for the VM; <see langword="null"/> if there is none.</summary>
    internal static string? DestinationOf(VmSnapshot candidate, VmSnapshot vm, string to)
    {
        if (candidate.Id != vm.Id)
            return null;
        if ((candidate.Host, candidate.Name) == (vm.Host, vm.Name))
            return candidate.Migration is { Phase: MigrationPhase.Prepared } migration && (migration.To ?? vm.Host) == to ? migration.Destination : null;
        return candidate.Host == to && candidate.Host != vm.Host && candidate.RunState == "inmigrate" ? candidate.Name : null;
    }
}
