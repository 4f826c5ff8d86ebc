using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Migration;

/// <summary>Finds the QEMU that waits for a VM. Any thread.</summary>
internal interface IDestinations
{
    /// <summary>Waits until there is one.</summary>
    /// <param name="vm">The VM at the source.</param>
    /// <param name="to">VmHost of the destination.</param>
    /// <param name="patience">How long; the answer is <see langword="null"/> then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<IMigrationPeer?> FindAsync(VmSnapshot vm, string to, TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>Starts the QEMU that is to wait for a VM, as the operator says how. Any thread.</summary>
public interface IDestinationStarter
{
    /// <summary>Starts it; returns when that is done.</summary>
    /// <returns>Why it failed, for people; <see langword="null"/> if it did not.</returns>
    Task<string?> StartAsync(Placeholders places, CancellationToken cancellationToken);
}
