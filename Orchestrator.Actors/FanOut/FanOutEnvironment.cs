using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>What every job of a node shares; in a cluster, every job of a partition.</summary>
/// <param name="Inventory">Resolves selectors.</param>
/// <param name="Routers">How VMs are reached.</param>
/// <param name="Time">Clock of deadlines and ids.</param>
public sealed record FanOutEnvironment(IActorRef Inventory, FanOutRouters Routers, TimeProvider Time)
{
    /// <summary>Of a node without a cluster.</summary>
    /// <param name="inventory">Resolves selectors.</param>
    /// <param name="router">Its <see cref="FanOutRouter"/>.</param>
    /// <param name="time">Clock of deadlines and ids.</param>
    public FanOutEnvironment(IActorRef inventory, IActorRef router, TimeProvider time)
        : this(inventory, new FanOutRouters.Local(router), time)
    {
    }

    /// <summary>Where jobs are kept; by default nowhere: they end with the node.</summary>
    public IJobStore Store { get; init; } = ForgetfulJobStore.Instance;

    /// <summary>
    /// From one write of a job's outcomes and programs to the next while others are awaited: they come one by one, and are written together. Zero for no pause.
    /// </summary>
    public TimeSpan WritePause { get; init; }

    /// <summary>Reads a job's <see cref="JobSpec.Document"/> again, as the gateway does. It throws for what it does not understand any more.</summary>
    public Func<ReadOnlyMemory<byte>, JobSpec> ReadDocument { get; init; } = static _ => throw new FormatException("no gateway is there to read the job's document");

    /// <summary>Which partition the jobs are of; <see langword="null"/> without a cluster.</summary>
    internal char? Partition => (Routers as FanOutRouters.Fleet)?.Partition;
}
