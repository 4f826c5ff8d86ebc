using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Actors.Tests;

public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Remaining_shrinks_with_the_clock_and_stops_at_zero()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(2), _time);

        Assert.Equal(TimeSpan.FromSeconds(2), deadline.Remaining(_time));
        _time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.Equal(TimeSpan.FromMilliseconds(1), deadline.Remaining(_time));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, deadline.Remaining(_time));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, deadline.Remaining(_time));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(250)]
    [InlineData(24 * 3600 * 1000)]
    public void After_is_exact_for_the_timeouts_a_job_may_have(int milliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(milliseconds);

        Assert.Equal(timeout, Deadline.After(timeout, _time).Remaining(_time));
    }

    [Fact]
    public void A_zero_timeout_has_passed_at_once()
    {
        Assert.Equal(TimeSpan.Zero, Deadline.After(TimeSpan.Zero, _time).Remaining(_time));
    }
}
