using Akka.Actor;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Actors.FanOut;

/// <summary>What every job of a node shares.</summary>
/// <param name="Inventory">Resolves selectors.</param>
/// <param name="Router">This node's <see cref="FanOutRouter"/>.</param>
/// <param name="Time">Clock of deadlines and ids.</param>
public sealed record FanOutEnvironment(IActorRef Inventory, IActorRef Router, TimeProvider Time)
{
    /// <summary>Where jobs are kept; by default nowhere: they end with the node.</summary>
    public IJobStore Store { get; init; } = ForgetfulJobStore.Instance;

    /// <summary>Reads a job's <see cref="JobSpec.Document"/> again, as the gateway does. It throws for what it does not understand any more.</summary>
    public Func<ReadOnlyMemory<byte>, JobSpec> ReadDocument { get; init; } = static _ => throw new FormatException("no gateway is there to read the job's document");
}
