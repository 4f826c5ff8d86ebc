using System.Collections.Concurrent;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Clustering;

/// <summary>The stores of the jobs that are here, by duty. Any thread.</summary>
internal sealed class LocalJobStores
{
    private readonly ConcurrentDictionary<string, IJobStore> _stores = new(StringComparer.Ordinal);

    /// <summary>As they are now.</summary>
    public IReadOnlyList<IJobStore> Now => [.. _stores.Values];

    /// <summary>A duty begins here.</summary>
    public void Add(string duty, IJobStore store) => _stores[duty] = store;

    /// <summary>It has ended here.</summary>
    public void Remove(string duty) => _stores.TryRemove(duty, out _);
}
