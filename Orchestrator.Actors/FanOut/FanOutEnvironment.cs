using Akka.Actor;

namespace Orchestrator.Actors.FanOut;

/// <summary>What every job of a node shares.</summary>
/// <param name="Inventory">Resolves selectors.</param>
/// <param name="Router">This node's <see cref="FanOutRouter"/>.</param>
/// <param name="Time">Clock of deadlines and ids.</param>
public sealed record FanOutEnvironment(IActorRef Inventory, IActorRef Router, TimeProvider Time);
