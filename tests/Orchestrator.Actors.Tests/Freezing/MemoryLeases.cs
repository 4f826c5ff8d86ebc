using Orchestrator.Actors.Freezing;

namespace Orchestrator.Actors.Tests.Freezing;

/// <summary>A store that tests can make slow or broken, and that outlives an actor.</summary>
internal sealed class MemoryLeases : ILeaseStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FreezeLease> _leases = [];

    /// <summary>Every write waits for it.</summary>
    public Task Disk { get; set; } = Task.CompletedTask;

    public bool IsBroken { get; set; }

    public FreezeLease[] Kept
    {
        get
        {
            lock (_lock)
                return [.. _leases.Values];
        }
    }

    public async Task PutAsync(FreezeLease lease)
    {
        await Disk;
        lock (_lock)
            _leases[lease.Id] = IsBroken ? throw new LeaseStoreException("the disk is full") : lease;
    }

    public async Task RemoveAsync(string leaseId)
    {
        await Disk;
        lock (_lock)
            _ = IsBroken ? throw new LeaseStoreException("the disk is full") : _leases.Remove(leaseId);
    }

    public Task<IReadOnlyList<FreezeLease>> LoadAsync() => Task.FromResult<IReadOnlyList<FreezeLease>>(Kept);
}
