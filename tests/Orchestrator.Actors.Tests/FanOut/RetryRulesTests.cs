using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class RetryRulesTests
{
    [Theory]
    [InlineData(CommandClass.ReadOnly, Phase.Unknown, Effect.None, true)]
    [InlineData(CommandClass.ReadOnly, Phase.Undelivered, Effect.None, true)]
    [InlineData(CommandClass.ReadOnly, Phase.Failed, Effect.None, true)]
    [InlineData(CommandClass.Idempotent, Phase.Unknown, Effect.Unknown, true)]
    [InlineData(CommandClass.Idempotent, Phase.Undelivered, Effect.None, true)]
    [InlineData(CommandClass.Idempotent, Phase.Refused, Effect.Unknown, false)]
    [InlineData(CommandClass.Idempotent, Phase.Failed, Effect.Applied, false)]
    [InlineData(CommandClass.NonIdempotent, Phase.Unknown, Effect.Unknown, false)]
    [InlineData(CommandClass.NonIdempotent, Phase.Unknown, Effect.Applied, false)]
    [InlineData(CommandClass.NonIdempotent, Phase.TimedOut, Effect.Applied, false)]
    [InlineData(CommandClass.NonIdempotent, Phase.Failed, Effect.Applied, false)]
    [InlineData(CommandClass.NonIdempotent, Phase.Undelivered, Effect.None, true)]
    [InlineData(CommandClass.NonIdempotent, Phase.Refused, Effect.None, true)]
    public void Class_and_effect_decide(CommandClass commandClass, Phase phase, Effect effect, bool expected)
    {
        var outcome = Outcome(phase, effect);

        Assert.Equal(expected, RetryRules.IsSafe(commandClass, outcome));
        Assert.Equal(expected, RetryRules.TriesAgain(commandClass, outcome, attempts: 2));
        Assert.False(RetryRules.TriesAgain(commandClass, outcome with { Attempt = 2 }, attempts: 2));
    }

    [Fact]
    public void What_may_have_run_and_must_not_twice_is_never_tried_again()
    {
        foreach (var phase in Enum.GetValues<Phase>())
        {
            foreach (var effect in (Effect[])[Effect.Applied, Effect.Unknown])
                Assert.False(RetryRules.TriesAgain(CommandClass.NonIdempotent, Outcome(phase, effect), 10));
        }
    }

    [Theory]
    [InlineData(Phase.Succeeded, null)]
    [InlineData(Phase.Cancelled, null)]
    [InlineData(Phase.Skipped, Reasons.ErrorBudget)]
    [InlineData(Phase.Refused, Reasons.Unsupported)]
    [InlineData(Phase.Refused, Reasons.DisabledByGuest)]
    [InlineData(Phase.Refused, Reasons.InvalidArgument)]
    [InlineData(Phase.Undelivered, Reasons.VmNotFound)]
    [InlineData(Phase.Undelivered, Reasons.GuestQuarantined)]
    [InlineData(Phase.Undelivered, Reasons.StoreUnavailable)]
    public void What_another_attempt_would_not_change_is_final(Phase phase, string? reason) =>
        Assert.All(Enum.GetValues<CommandClass>(), commandClass => Assert.False(RetryRules.TriesAgain(commandClass, Outcome(phase, Effect.None) with { Reason = reason }, 10)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 16)]
    [InlineData(6, 30)]
    [InlineData(255, 30)]
    public void Pauses_double_to_half_a_minute(int attempt, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), RetryRules.PauseAfter(attempt));

    private static Outcome Outcome(Phase phase, Effect effect) => new() { Name = "vm", Host = "host", Phase = phase, Effect = effect };
}
