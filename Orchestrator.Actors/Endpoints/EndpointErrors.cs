using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Endpoints;

/// <summary>What a command came to, as an error of QMP's.</summary>
internal static class EndpointErrors
{
    private const string Generic = "GenericError";
    private const string NotFound = "CommandNotFound";

    /// <summary>Of an outcome without success: the peer's own error unchanged, else the reason's code and what it means.</summary>
    public static CommandError Of(Outcome outcome) => outcome.Error is { } error
        ? new CommandError(error.Class, error.Description)
        : new CommandError(outcome.Reason is Reasons.Unsupported or Reasons.DisabledByGuest ? NotFound : Generic, $"{outcome.Reason ?? outcome.Phase.ToString()}: {outcome.Message}");
}
