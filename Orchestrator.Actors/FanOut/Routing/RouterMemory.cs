using Akka.Actor;

namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>
/// What a <see cref="ClusterRouter"/> must not forget as long as its node's process lives: a router that failed goes on with it, because jobs rely on
/// its having seen what it has seen.
/// </summary>
internal sealed class RouterMemory(long startedAt)
{
    /// <summary>When the router was started first, on its clock.</summary>
    public long StartedAt => startedAt;

    /// <summary>Jobs that have something here.</summary>
    public Dictionary<string, RoutedJob> Jobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Who has which partition, as far as this node has heard.</summary>
    public Dictionary<char, PartitionOwner> Owners { get; } = [];

    /// <summary>Jobs that are done with.</summary>
    public ForgottenJobs Forgotten { get; } = new();

    /// <summary>Bytes of the outcomes of all jobs.</summary>
    public long Held { get; set; }
}

/// <summary>Who has a partition.</summary>
/// <param name="Epoch">The newest that this node heard of.</param>
/// <param name="Supervisor">Takes what no job is there for; <see langword="null"/> until it said so.</param>
internal sealed record PartitionOwner(long Epoch, IActorRef? Supervisor);

/// <summary>Jobs that were done with: what comes late for them is dropped. Bounded, the oldest is forgotten for good.</summary>
internal sealed class ForgottenJobs
{
    public const int Capacity = 65_536;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public bool Contains(string jobId) => _ids.Contains(jobId);

    public void Add(string jobId)
    {
        if (!_ids.Add(jobId))
            return;
        _order.Enqueue(jobId);
        if (_order.Count > Capacity)
            _ids.Remove(_order.Dequeue());
    }
}
