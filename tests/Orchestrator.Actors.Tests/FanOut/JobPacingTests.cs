using CsCheck;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.FanOut;

public sealed class JobPacingTests
{
    private static readonly PaceWindow Window = new(2, TimeSpan.FromMilliseconds(250));

    [Fact]
    public void Without_a_pace_all_begin_at_once()
    {
        var pacing = NewPacing(5, JobPace.Unlimited);

        var step = pacing.Take(Seconds(0));

        Assert.Equal([0, 1, 2, 3, 4], step.Begin);
        Assert.Null(step.LookAgain);
        Assert.Equal(0, pacing.Waiting);
    }

    [Fact]
    public void An_outcome_makes_room_for_the_next()
    {
        var pacing = NewPacing(5, new JobPace { MaxConcurrency = new Amount(2, false) });
        Assert.Equal([0, 1], pacing.Take(Seconds(0)).Begin);
        Assert.Empty(pacing.Take(Seconds(1)).Begin);

        pacing.End(1, Seconds(1));
        Assert.Equal([2], pacing.Take(Seconds(1)).Begin);
        pacing.Confirm(2);
        Assert.Empty(pacing.Take(Seconds(1)).Begin);
    }

    [Fact]
    public void Without_waves_nothing_is_a_canary_also_before_the_first_begins()
    {
        var pacing = NewPacing(3, JobPace.Unlimited);
        Assert.False(pacing.IsCanary);

        pacing.Restore(0, isDone: true);
        Assert.False(pacing.IsCanary);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)] // of the rest: the canaries were well
    public void After_a_restart_canaries_decide_only_if_nothing_else_had_begun(int begun, bool isCanary)
    {
        var pacing = NewPacing(4, new JobPace { Canary = [new Amount(2, false)] });

        for (var ordinal = 0; ordinal <= begun; ordinal++)
            pacing.Restore(ordinal, isDone: true);

        Assert.Equal(isCanary, pacing.IsCanary);
    }

    [Fact]
    public void A_share_is_rounded_up() => Assert.Equal([0, 1], NewPacing(11, new JobPace { MaxConcurrency = new Amount(10, true) }).Take(Seconds(0)).Begin);

    [Fact]
    public void Hosts_have_their_own_limit_and_take_turns()
    {
        var pacing = new JobPacing(["a", "a", "a", "b", "b", "c"], new JobPace { PerHost = 1 });

        Assert.Equal([0, 3, 5], pacing.Take(Seconds(0)).Begin);
        pacing.End(3, Seconds(0));
        Assert.Equal([4], pacing.Take(Seconds(0)).Begin);
    }

    [Fact]
    public void Silent_ones_make_room_by_themselves_and_a_sign_makes_it_at_once()
    {
        var pacing = NewPacing(6, JobPace.Unlimited, Window);
        var first = pacing.Take(Seconds(0));
        Assert.Equal([0, 1], first.Begin);
        Assert.Equal(Window.Patience, first.LookAgain);

        pacing.Confirm(0);
        Assert.Equal([2], pacing.Take(Seconds(0.1)).Begin);
        var later = pacing.Take(Seconds(0.25));
        Assert.Equal([3], later.Begin);
        Assert.Equal(TimeSpan.FromMilliseconds(100), later.LookAgain);
        pacing.End(2, Seconds(0.3));
        Assert.Equal([4], pacing.Take(Seconds(0.3)).Begin);
    }

    [Fact]
    public void A_wave_opens_after_the_whole_of_the_one_before_and_its_pause()
    {
        var pacing = NewPacing(10, new JobPace { Canary = [new Amount(1, false), new Amount(30, true)], CanaryWait = Seconds(5) });
        Assert.Equal([0], pacing.Take(Seconds(0)).Begin);
        Assert.True(pacing.IsCanary);
        Assert.Null(pacing.Take(Seconds(1)).LookAgain);

        pacing.End(0, Seconds(2));
        var pause = pacing.Take(Seconds(3));
        Assert.Empty(pause.Begin);
        Assert.Equal(Seconds(4), pause.LookAgain);
        Assert.Equal([1, 2, 3], pacing.Take(Seconds(7)).Begin);
        pacing.End(1, Seconds(8));
        pacing.Retry(2, Seconds(9));
        pacing.End(3, Seconds(8));
        Assert.Empty(pacing.Take(Seconds(8)).Begin);
        Assert.Equal([2], pacing.Take(Seconds(9)).Begin);
        pacing.End(2, Seconds(9));
        Assert.Equal([4, 5, 6, 7, 8, 9], pacing.Take(Seconds(14)).Begin);
        Assert.False(pacing.IsCanary);
    }

    [Fact]
    public void Tokens_come_one_after_the_other()
    {
        var pacing = NewPacing(4, new JobPace { Rate = 2 });
        var first = pacing.Take(Seconds(0));
        Assert.Equal([0], first.Begin);
        Assert.Equal(Seconds(0.5), first.LookAgain);
        Assert.Empty(pacing.Take(Seconds(0.4)).Begin);
        Assert.Equal([1], pacing.Take(Seconds(0.5)).Begin);
        // A bucket holds no more than one: time that was not used is gone.
        Assert.Equal([2], pacing.Take(Seconds(10)).Begin);
    }

    [Fact]
    public void A_restored_job_goes_on_in_its_wave()
    {
        var pacing = NewPacing(5, new JobPace { Canary = [new Amount(2, false)], MaxConcurrency = new Amount(2, false) });
        pacing.Restore(0, isDone: true);
        pacing.Restore(1, isDone: false);

        Assert.Empty(pacing.Take(Seconds(0)).Begin);
        pacing.End(1, Seconds(1));
        Assert.Equal([2, 3], pacing.Take(Seconds(1)).Begin);
    }

    [Fact]
    public void What_is_drained_does_not_begin()
    {
        var pacing = NewPacing(5, new JobPace { MaxConcurrency = new Amount(2, false) });
        pacing.Take(Seconds(0));
        pacing.Retry(0, Seconds(5));

        Assert.Equal([0, 2, 3, 4], pacing.Drain(Seconds(1)));
        pacing.End(1, Seconds(1));
        Assert.Empty(pacing.Take(Seconds(9)).Begin);
    }

    /// <summary>Whatever happens: each begins once per attempt, no limit is passed, and the job comes to its end if it looks when it was told to.</summary>
    [Fact]
    public void Any_job_comes_to_its_end_within_its_limits() =>
        (from targets in Gen.Int[0, 40]
         from hosts in Gen.Int[1, 4]
         from concurrency in Gen.Int[1, 10]
         from perHost in Gen.Int[1, 5]
         from rate in Gen.Double[0.5, 50]
         from canary in Gen.Int[1, 20].Array[0, 3]
         from window in Gen.Int[1, 4]
         from seed in Gen.Int[0, int.MaxValue]
         select (targets, hosts, concurrency, perHost, rate, canary, window, seed)).Sample(given =>
        {
            var random = new Random(given.seed);
            var hostOf = Enumerable.Range(0, given.targets).Select(_ => "host" + random.Next(given.hosts)).ToArray();
            var pace = new JobPace
            {
                MaxConcurrency = new Amount(given.concurrency, false),
                PerHost = given.perHost,
                Rate = given.rate,
                Canary = [.. given.canary.Select(wave => new Amount(wave, false))],
                CanaryWait = Seconds(3),
            };
            var pacing = new JobPacing(hostOf, pace, new PaceWindow(given.window, TimeSpan.FromMilliseconds(250)));
            var (now, active, done, retried) = (TimeSpan.Zero, new HashSet<int>(), new HashSet<int>(), new HashSet<int>());
            for (var round = 0; done.Count < given.targets; round++)
            {
                Assert.True(round < 2000, "the job does not come to its end");
                var step = pacing.Take(now);
                foreach (var ordinal in step.Begin)
                    Assert.True(active.Add(ordinal) && !done.Contains(ordinal));
                Assert.True(active.Count <= given.concurrency);
                Assert.All(active.GroupBy(ordinal => hostOf[ordinal]), host => Assert.True(host.Count() <= given.perHost));
                if (active.Count > 0 && random.Next(3) > 0)
                {
                    var ending = active.ElementAt(random.Next(active.Count));
                    active.Remove(ending);
                    if (random.Next(4) == 0 && retried.Add(ending))
                        pacing.Retry(ending, now + Seconds(1));
                    else if (done.Add(ending))
                        pacing.End(ending, now);
                }
                else if (active.Count > 0 && random.Next(2) == 0)
                {
                    pacing.Confirm(active.First());
                }
                else
                {
                    Assert.True(active.Count > 0 || step.LookAgain is not null, "nothing is under way, and nothing will begin");
                    now += step.LookAgain ?? TimeSpan.Zero;
                }
            }
            Assert.Equal(0, pacing.Waiting);
        });

    private static JobPacing NewPacing(int targets, JobPace pace, PaceWindow? window = null) => new([.. Enumerable.Repeat("host", targets)], pace, window);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
