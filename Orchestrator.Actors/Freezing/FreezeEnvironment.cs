using Akka.Actor;

namespace Orchestrator.Actors.Freezing;

/// <summary>What every group of a node shares.</summary>
/// <param name="Inventory">Resolves selectors.</param>
/// <param name="Time">Clock of deadlines and ids.</param>
public sealed record FreezeEnvironment(IActorRef Inventory, TimeProvider Time)
{
    /// <summary>Whether a file is there already, which a snapshot would overwrite.</summary>
    public Predicate<string> FileExists { get; init; } = File.Exists;
}
