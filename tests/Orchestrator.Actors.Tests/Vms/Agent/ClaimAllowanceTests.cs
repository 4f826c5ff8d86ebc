using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Vms.Agent;

namespace Orchestrator.Actors.Tests.Vms.Agent;

public class ClaimAllowanceTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Burst_is_allowed_then_one_for_each_pause()
    {
        var allowance = new ClaimAllowance(3, Pause, _time);

        Assert.Equal(3, Taken(allowance, 10));
        _time.Advance(Pause);
        Assert.Equal(1, Taken(allowance, 10));
        _time.Advance(2.5 * Pause);
        Assert.Equal(2, Taken(allowance, 10));
        _time.Advance(0.5 * Pause);
        Assert.Equal(1, Taken(allowance, 10));
    }

    [Fact]
    public void Silence_saves_no_more_than_a_burst()
    {
        var allowance = new ClaimAllowance(3, Pause, _time);
        Taken(allowance, 2);

        _time.Advance(1000 * Pause);

        Assert.Equal(3, Taken(allowance, 10));
    }

    [Fact]
    public void No_more_pass_than_burst_and_time_allow() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 350]).Array[1, 40].Sample(steps =>
        {
            var time = new FakeTimeProvider();
            var allowance = new ClaimAllowance(4, Pause, time);
            var (passed, elapsed) = (0, TimeSpan.Zero);
            foreach (var (tries, milliseconds) in steps)
            {
                passed += Taken(allowance, tries);
                Assert.True(passed <= 4 + elapsed / Pause);
                time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                elapsed += TimeSpan.FromMilliseconds(milliseconds);
            }
        });

    private static int Taken(ClaimAllowance allowance, int tries) => Enumerable.Range(0, tries).Count(_ => allowance.TryTake());
}
