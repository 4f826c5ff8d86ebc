using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Storage;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class RecoveryTests
{
    [Theory]
    [InlineData(CommandClass.ReadOnly, (byte)RecoveryStep.Begin)]
    [InlineData(CommandClass.Idempotent, (byte)RecoveryStep.Reconcile)]
    [InlineData(CommandClass.NonIdempotent, (byte)RecoveryStep.Reconcile)]
    public void An_intent_without_an_outcome_is_looked_into(CommandClass commandClass, byte step)
    {
        var recovery = Recovery.Of(Job(3, dispatched: new() { [1] = 1 }), commandClass, 1);

        Assert.Equal([RecoveryStep.Begin, (RecoveryStep)step, RecoveryStep.Begin], recovery.Steps);
        Assert.Equal(commandClass == CommandClass.ReadOnly ? 0 : 1, recovery.Attempts[1]);
    }

    [Fact]
    public void An_outcome_is_an_outcome()
    {
        var recovery = Recovery.Of(Job(2, new() { [0] = 1 }, (0, Outcome(Phase.Unknown, Effect.Unknown))), CommandClass.NonIdempotent, 5);

        Assert.Equal([RecoveryStep.Done, RecoveryStep.Begin], recovery.Steps);
        Assert.Equal((0, Phase.Unknown), (Assert.Single(recovery.Outcomes).Ordinal, recovery.Outcomes[0].Outcome.Phase));
    }

    [Fact]
    public void An_attempt_that_may_be_repeated_goes_on_with_the_next()
    {
        var recovery = Recovery.Of(Job(1, new() { [0] = 1 }, (0, Outcome(Phase.Undelivered, Effect.None))), CommandClass.NonIdempotent, 2);

        Assert.Equal((RecoveryStep.Begin, (byte)1), (recovery.Steps[0], recovery.Attempts[0]));
        Assert.Empty(recovery.Outcomes);
    }

    [Fact]
    public void A_cancelled_job_does_not_try_again()
    {
        var job = Job(1, new() { [0] = 1 }, (0, Outcome(Phase.Undelivered, Effect.None)));
        Assert.Equal(RecoveryStep.Done, Recovery.Of(job with { Header = job.Header with { CancelRequested = true } }, CommandClass.NonIdempotent, 2).Steps[0]);
    }

    [Fact]
    public void A_second_attempt_that_may_have_run_is_not_taken_for_the_first()
    {
        var recovery = Recovery.Of(Job(1, new() { [0] = 2 }, (0, Outcome(Phase.Undelivered, Effect.None))), CommandClass.NonIdempotent, 2);

        Assert.Equal((RecoveryStep.Reconcile, (byte)2), (recovery.Steps[0], recovery.Attempts[0]));
        Assert.Empty(recovery.Outcomes);
    }

    [Fact]
    public void The_last_outcome_of_a_target_counts()
    {
        var amended = Outcome(Phase.Succeeded, Effect.Applied);
        var recovery = Recovery.Of(Job(1, new() { [0] = 1 }, (0, Outcome(Phase.Unknown, Effect.Unknown)), (0, amended)), CommandClass.NonIdempotent, 1);

        Assert.Same(amended, Assert.Single(recovery.Outcomes).Outcome);
    }

    private static StoredJob Job(int targets, Dictionary<int, int> dispatched, params (int, Outcome)[] outcomes) => new()
    {
        Header = new JobSnapshot
        {
            Id = "id",
            Command = "c",
            Target = "*",
            Phase = JobPhase.Running,
            Targets = targets,
            Counts = new Dictionary<Phase, int>(),
            Reasons = new Dictionary<string, int>(),
            CreatedAt = DateTimeOffset.UnixEpoch,
            Elapsed = TimeSpan.Zero,
        },
        Document = default,
        Targets = [.. Enumerable.Range(0, targets).Select(at => new StoredTarget(null, "vm" + at, "host"))],
        Dispatched = dispatched,
        Outcomes = outcomes,
    };

    private static Outcome Outcome(Phase phase, Effect effect) => new() { Name = "vm", Host = "host", Phase = phase, Effect = effect };
}
