using Akka.Actor;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Migration;

/// <summary>Destinations among the VMs that this node knows: the same UUID, on the VmHost that is asked for, and waiting (<c>inmigrate</c>).</summary>
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
            if (found.Entries.FirstOrDefault(entry => IsDestination(entry.Snapshot, vm, to)) is { } destination)
                return new VmPeer(destination, time);
            if (until.Remaining(time) == TimeSpan.Zero)
                return null;
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether it waits for the VM.</summary>
    internal static bool IsDestination(VmSnapshot candidate, VmSnapshot vm, string to) =>
        candidate.Host == to && candidate.Id == vm.Id && candidate.RunState == "inmigrate" && (candidate.Host, candidate.Name) != (vm.Host, vm.Name);
}
