using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobStateTests
{
    [Fact]
    public void Counts_are_kept_by_phase_and_by_reason()
    {
        var state = NewState(4);
        state.Add(2, Outcome(Phase.Succeeded));
        state.Add(0, Outcome(Phase.Undelivered, Reasons.VmPaused));
        state.Add(3, Outcome(Phase.Unknown, Reasons.VmPaused));

        var snapshot = state.Snapshot(TimeSpan.FromSeconds(3));

        Assert.Equal(new Dictionary<Phase, int> { [Phase.Succeeded] = 1, [Phase.Undelivered] = 1, [Phase.Unknown] = 1 }, snapshot.Counts);
        Assert.Equal(new Dictionary<string, int> { [Reasons.VmPaused] = 2 }, snapshot.Reasons);
        Assert.Equal((4, JobPhase.Running, TimeSpan.FromSeconds(3)), (snapshot.Targets, snapshot.Phase, snapshot.Elapsed));
        Assert.NotNull(state.PendingOf(1));
        Assert.False(state.IsComplete);
    }

    [Fact]
    public void A_second_outcome_for_the_same_place_changes_nothing()
    {
        var state = NewState(2);
        state.Add(1, Outcome(Phase.Succeeded) with { Result = new byte[10] });
        state.Add(1, Outcome(Phase.Failed, Reasons.ExitNonZero) with { Result = new byte[99] });

        Assert.Equal(Phase.Succeeded, Assert.Single(state.Outcomes).Phase);
        Assert.Equal(JobState.OutcomeBytes + 10, state.Bytes);
        Assert.Equal([Phase.Succeeded], state.Snapshot(default).Counts.Keys);
        Assert.Null(state.OutcomeOf(0));
    }

    [Fact]
    public void Outcomes_stand_in_the_order_they_came()
    {
        var state = NewState(3);
        foreach (var ordinal in new[] { 2, 0, 1 })
            state.Add(ordinal, Outcome(Phase.Succeeded) with { Name = "vm" + ordinal });

        Assert.Equal(["vm2", "vm0", "vm1"], state.Outcomes.Select(outcome => outcome.Name));
        Assert.True(state.IsComplete);
    }

    [Fact]
    public void Bytes_are_those_of_outcomes_results_and_outputs()
    {
        var state = NewState(2);
        state.Add(0, Outcome(Phase.Succeeded) with { Result = new byte[3] });
        state.Add(1, Outcome(Phase.Succeeded) with { Exec = new ExecOutcome { Stdout = new byte[20], Stderr = new byte[100] } });

        Assert.Equal((2 * JobState.OutcomeBytes) + 123, state.Bytes);
    }

    [Theory]
    [InlineData(false, JobPhase.Succeeded, Phase.Succeeded, Phase.Succeeded)]
    [InlineData(true, JobPhase.Succeeded, Phase.Succeeded, Phase.Succeeded)]
    [InlineData(false, JobPhase.Partial, Phase.Succeeded, Phase.Failed)]
    [InlineData(false, JobPhase.Partial, Phase.Refused, Phase.Unknown)]
    [InlineData(true, JobPhase.Cancelled, Phase.Succeeded, Phase.Cancelled)]
    [InlineData(true, JobPhase.Cancelled, Phase.Cancelled, Phase.Cancelled)]
    [InlineData(true, JobPhase.Partial, Phase.Succeeded, Phase.Failed)]
    [InlineData(false, JobPhase.Partial, Phase.Succeeded, Phase.Cancelled)]
    [InlineData(false, JobPhase.Running, Phase.Succeeded)]
    [InlineData(true, JobPhase.Running, Phase.Cancelled)]
    [InlineData(true, JobPhase.Running)]
    public void Phase_follows_from_the_outcomes(bool cancelled, JobPhase expected, params Phase[] phases)
    {
        var state = NewState(2);
        state.Stop = cancelled ? JobStop.Cancelled : JobStop.None;
        for (var ordinal = 0; ordinal < phases.Length; ordinal++)
            state.Add(ordinal, Outcome(phases[ordinal]));

        Assert.Equal(expected, state.Snapshot(default).Phase);
    }

    [Fact]
    public void A_job_without_targets_has_succeeded() => Assert.Equal(JobPhase.Succeeded, NewState(0).Snapshot(default).Phase);

    private static JobState NewState(int targets) => new(Header, targets);

    private static readonly JobSnapshot Header = new()
    {
        Id = "id",
        Command = "guest-ping",
        Target = "*",
        Phase = JobPhase.Running,
        Targets = 0,
        Counts = new Dictionary<Phase, int>(),
        Reasons = new Dictionary<string, int>(),
        CreatedAt = DateTimeOffset.UnixEpoch,
        Elapsed = TimeSpan.Zero,
    };

    private static Outcome Outcome(Phase phase, string? reason = null) => new() { Name = "vm", Host = "host", Phase = phase, Reason = reason, Effect = Effect.None };
}
