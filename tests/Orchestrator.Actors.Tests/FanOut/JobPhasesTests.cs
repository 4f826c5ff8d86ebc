using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobPhasesTests
{
    [Theory]
    [InlineData(2, 0, (int)JobStop.None, false, JobPhase.Running)]
    [InlineData(2, 0, (int)JobStop.None, true, JobPhase.Paused)]
    [InlineData(2, 0, (int)JobStop.Cancelled, true, JobPhase.Running)]
    [InlineData(3, 0, (int)JobStop.None, true, JobPhase.Succeeded)]
    [InlineData(3, 0, (int)JobStop.Halted, false, JobPhase.Succeeded)]
    [InlineData(2, 1, (int)JobStop.None, false, JobPhase.Partial)]
    [InlineData(2, 1, (int)JobStop.Halted, false, JobPhase.Failed)]
    [InlineData(2, 1, (int)JobStop.Expired, false, JobPhase.Expired)]
    [InlineData(2, 1, (int)JobStop.Cancelled, false, JobPhase.Cancelled)]
    public void Phase_follows_from_counts_and_stop(int succeeded, int cancelled, int stop, bool isPaused, JobPhase expected)
    {
        var counts = new Dictionary<Phase, int> { [Phase.Succeeded] = succeeded };
        if (cancelled > 0)
            counts[Phase.Cancelled] = cancelled;

        Assert.Equal(expected, JobPhases.Of(counts, 3, 0, (JobStop)stop, isPaused));
    }

    [Fact]
    public void A_target_that_was_as_it_should_be_is_no_failure() =>
        Assert.Equal(JobPhase.Succeeded, JobPhases.Of(new Dictionary<Phase, int> { [Phase.Succeeded] = 2, [Phase.Skipped] = 1 }, 3, 1, JobStop.None, false));

    [Fact]
    public void A_cancelled_job_that_had_sent_all_of_it_is_partial() =>
        Assert.Equal(JobPhase.Partial, JobPhases.Of(new Dictionary<Phase, int> { [Phase.Succeeded] = 2, [Phase.Failed] = 1 }, 3, 0, JobStop.Cancelled, false));

    [Theory]
    [InlineData(null, 1000, false, false)]
    [InlineData(null, 1, true, true)]
    [InlineData(null, 0, true, false)]
    [InlineData(0, 0, false, false)]
    [InlineData(0, 1, false, true)]
    [InlineData(2, 2, true, false)]
    [InlineData(2, 3, true, true)]
    public void Errors_beyond_what_is_borne_halt(int? borne, int errors, bool isCanary, bool expected)
    {
        var pace = new JobPace { MaxErrors = borne is { } number ? new Amount(number, false) : null };
        Assert.Equal(expected, JobPhases.IsOverBudget(pace, 1000, errors, undelivered: 500, isCanary));
    }

    [Fact]
    public void Undelivered_have_a_budget_of_their_own()
    {
        var pace = new JobPace { MaxUndelivered = new Amount(10, true) };
        Assert.False(JobPhases.IsOverBudget(pace, 50, 50, 5, false));
        Assert.True(JobPhases.IsOverBudget(pace, 50, 0, 6, false));
    }

    [Fact]
    public void Errors_are_what_may_have_gone_wrong_in_the_guest() =>
        Assert.Equal([Phase.Failed, Phase.TimedOut, Phase.Unknown], Enum.GetValues<Phase>().Where(JobPhases.IsError).Order());
}
