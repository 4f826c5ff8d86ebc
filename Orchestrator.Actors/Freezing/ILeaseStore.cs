namespace Orchestrator.Actors.Freezing;

/// <summary>Where leases outlive the node. Any thread; changes are applied in the order of the calls.</summary>
public interface ILeaseStore
{
    /// <summary>Takes a lease in, in the place of the VM's earlier one; done when it is durable.</summary>
    /// <exception cref="LeaseStoreException">It is not.</exception>
    Task PutAsync(FreezeLease lease);

    /// <summary>Forgets a lease; well also if there is none.</summary>
    /// <exception cref="LeaseStoreException">It may still be there.</exception>
    Task RemoveAsync(string leaseId);

    /// <summary>All of them.</summary>
    /// <exception cref="LeaseStoreException">They cannot be read.</exception>
    Task<IReadOnlyList<FreezeLease>> LoadAsync();
}

/// <summary>The store failed; the message says what to do.</summary>
public sealed class LeaseStoreException(string message, Exception? inner = null) : Exception(message, inner);
