using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Endpoints;

public sealed class EndpointErrorsTests
{
    [Fact]
    public void Error_of_the_peer_is_passed_on_unchanged() => Assert.Equal(
        new CommandError("KVMMissingCap", "text"),
        EndpointErrors.Of(Ended(Phase.Refused, Reasons.QmpError) with { Error = new OutcomeError("KVMMissingCap", "text") }));

    [Theory]
    [InlineData(Phase.Undelivered, Reasons.AgentAbsent, "GenericError", "AgentAbsent: why")]
    [InlineData(Phase.Unknown, Reasons.ReplyLost, "GenericError", "ReplyLost: why")]
    [InlineData(Phase.Refused, Reasons.Unsupported, "CommandNotFound", "Unsupported: why")]
    [InlineData(Phase.Cancelled, null, "GenericError", "Cancelled: why")]
    public void Reason_is_told_by_its_code(Phase phase, string? reason, string kind, string description) =>
        Assert.Equal(new CommandError(kind, description), EndpointErrors.Of(Ended(phase, reason)));

    private static Outcome Ended(Phase phase, string? reason) => new() { Name = "a", Host = "h", Phase = phase, Reason = reason, Effect = Effect.None, Message = "why" };
}
