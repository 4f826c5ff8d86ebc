using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Client;

namespace Orchestrator.Actors.Clients;

/// <summary>A command of a <see cref="VmActorClient"/> ended in another phase than <see cref="Phase.Succeeded"/>.</summary>
public sealed class OutcomeException(string command, Outcome outcome)
    : CommandException(command, $"{outcome.Name}: {outcome.Phase} {outcome.Reason}{(outcome.Message is null ? "" : $": {outcome.Message}")}")
{
    /// <summary>Phase, reason and effect, and what the peer said.</summary>
    public Outcome Outcome { get; } = outcome;
}
