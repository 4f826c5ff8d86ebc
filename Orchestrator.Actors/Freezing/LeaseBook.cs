using System.Collections.Concurrent;

namespace Orchestrator.Actors.Freezing;

/// <summary>
/// The leases of a node: the store, and what is in it at hand, so that a VM's actor knows of a lease from before without waiting for the disk.
/// Any thread.
/// </summary>
public sealed class LeaseBook
{
    private readonly ILeaseStore _store;
    private readonly ConcurrentDictionary<(string Host, string Vm), FreezeLease> _leases;

    /// <summary>Leases on their way to the disk, and whether they are still wanted. Also the lock of what follows from that.</summary>
    private readonly ConcurrentDictionary<FreezeLease, bool> _writing = new(ReferenceEqualityComparer.Instance);

    private LeaseBook(ILeaseStore store, IEnumerable<FreezeLease> leases) =>
        (_store, _leases) = (store, new(leases.Select(lease => KeyValuePair.Create((lease.Host, lease.Vm), lease))));

    /// <summary>Opens it with what an earlier life of the node has left.</summary>
    /// <exception cref="LeaseStoreException">It cannot be read.</exception>
    public static async Task<LeaseBook> OpenAsync(ILeaseStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new LeaseBook(store, await store.LoadAsync().ConfigureAwait(false));
    }

    /// <summary>A book that nothing outlives: for programs that have no disk of their own.</summary>
    public static LeaseBook InMemory() => new(new Forgetful(), []);

    /// <summary>All leases, by VmHost and name.</summary>
    public IReadOnlyList<FreezeLease> All => [.. _leases.Values.OrderBy(lease => lease.Host, StringComparer.Ordinal).ThenBy(lease => lease.Vm, StringComparer.Ordinal)];

    /// <summary>The VM's lease; <see langword="null"/> if it has none.</summary>
    public FreezeLease? Of(string host, string vm) => _leases.GetValueOrDefault((host, vm));

    /// <summary>Writes a lease; done when it is durable.</summary>
    /// <exception cref="LeaseStoreException">It is not, and the book has not got it.</exception>
    public async Task PutAsync(FreezeLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        _writing[lease] = true;
        try
        {
            await _store.PutAsync(lease).ConfigureAwait(false);
            // A lease that was forgotten while it was being written is not brought back.
            lock (_writing)
            {
                if (_writing[lease])
                    _leases[(lease.Host, lease.Vm)] = lease;
            }
        }
        finally
        {
            _writing.TryRemove(lease, out _);
        }
    }

    /// <summary>Forgets a lease.</summary>
    /// <exception cref="LeaseStoreException">It may be found again at the next start, and its VM is then thawed once more, which does no harm.</exception>
    public async Task RemoveAsync(FreezeLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_writing)
        {
            foreach (var written in _writing.Keys.Where(written => written.Id == lease.Id))
                _writing[written] = false;
            if (_leases.TryGetValue((lease.Host, lease.Vm), out var kept) && kept.Id == lease.Id)
                _leases.TryRemove(KeyValuePair.Create((lease.Host, lease.Vm), kept));
        }
        await _store.RemoveAsync(lease.Id).ConfigureAwait(false);
    }

    private sealed class Forgetful : ILeaseStore
    {
        public Task PutAsync(FreezeLease lease) => Task.CompletedTask;

        public Task RemoveAsync(string leaseId) => Task.CompletedTask;

        public Task<IReadOnlyList<FreezeLease>> LoadAsync() => Task.FromResult<IReadOnlyList<FreezeLease>>([]);
    }
}
