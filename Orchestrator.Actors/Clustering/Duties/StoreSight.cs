using System.Collections.Concurrent;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>The nodes that do not reach the store, as they tell the others: they can do no duty. What is not said again is forgotten. Any thread.</summary>
/// <param name="time">Clock.</param>
public sealed class StoreSight(TimeProvider time)
{
    /// <summary>How long a node is believed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(8);

    private readonly ConcurrentDictionary<string, Deadline> _blind = new(StringComparer.Ordinal);

    /// <summary>A node does not reach the store now.</summary>
    /// <param name="address">Its Akka address.</param>
    public void Blind(string address) => _blind[address] = Deadline.After(Lifetime, time);

    /// <summary>Whether it has said so lately.</summary>
    public bool IsBlind(string address) => _blind.TryGetValue(address, out var until) && until.Remaining(time) > TimeSpan.Zero;
}
