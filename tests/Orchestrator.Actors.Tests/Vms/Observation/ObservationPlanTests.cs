using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservationPlanTests
{
    private readonly ObservationPlan _plan = new();
    private TimeSpan _now = TimeSpan.FromHours(7);

    [Fact]
    public void Without_a_need_nothing_is_asked_whatever_happens()
    {
        _plan.Trigger(GuestAspects.All, _now);
        _plan.Renew(_now);
        _plan.Follow(77, _now);

        Assert.Null(_plan.Wait(GuestAspects.All, _now));
        Assert.Null(Begin(at: 3600));
    }

    [Fact]
    public void Need_is_met_after_a_moment_and_only_for_what_is_needed()
    {
        _plan.Want(GuestAspects.Users, _now);

        Assert.Null(Begin());
        Assert.Equal(ObservationPlan.Settle, _plan.Wait(GuestAspects.All, _now));
        Assert.Equal(new ObservationQuestion(GuestAspects.Users), Begin(at: 1));
        End(LookResult.Same);
        Assert.Null(Begin(at: 14.9));
    }

    [Fact]
    public void Pauses_double_to_a_quarter_of_an_hour_and_a_change_begins_them_anew()
    {
        Assert.Equal([15, 30, 60, 120, 240, 480, 900, 900], PausesWhile(8, LookResult.Same));
        Assert.Equal([15, 15, 15], PausesWhile(3, LookResult.Changed));
        Assert.Equal([15, 30], PausesWhile(2, LookResult.Same));
    }

    [Fact]
    public void Looks_that_fail_are_made_ever_less_often_too() => Assert.Equal([15, 30, 60], PausesWhile(3, LookResult.Failed));

    [Fact]
    public void Look_that_was_skipped_is_made_a_second_later_and_counts_for_nothing()
    {
        _plan.Want(GuestAspects.Network, _now);
        for (var i = 0; i < 5; i++)
        {
            Assert.NotNull(Begin(at: 1));
            End(LookResult.Skipped);
        }

        Assert.NotNull(Begin(at: 1));
        End(LookResult.Same);
        Assert.Equal(15, _plan.Wait(GuestAspects.All, _now)!.Value.TotalSeconds);
    }

    [Fact]
    public void What_happens_after_a_long_rest_is_looked_at_a_second_later_and_again_after_the_first_pause()
    {
        PausesWhile(10, LookResult.Same);
        _now += TimeSpan.FromMinutes(10);

        _plan.Trigger(GuestAspects.Network, _now);
        _now += TimeSpan.FromSeconds(0.5);
        _plan.Trigger(GuestAspects.Network | GuestAspects.Users, _now);

        Assert.Null(Begin(at: 0.4));
        Assert.NotNull(Begin(at: 0.1));
        End(LookResult.Same);
        Assert.Equal(15, _plan.Wait(GuestAspects.All, _now)!.Value.TotalSeconds);
    }

    [Fact]
    public void What_happens_all_the_time_is_looked_at_four_times_a_minute_in_the_end()
    {
        _plan.Want(GuestAspects.Network, _now);
        var looks = LooksIn(TimeSpan.FromMinutes(10), () => _plan.Trigger(GuestAspects.Network, _now), () => LookResult.Same);

        Assert.InRange(looks, 40, 45);
    }

    [Fact]
    public void What_happens_during_a_look_is_looked_at_afterwards()
    {
        _plan.Want(GuestAspects.Network, _now);
        Begin(at: 1);

        _plan.Trigger(GuestAspects.Network, _now);
        Assert.Null(Begin(at: 10));
        End(LookResult.Changed);

        Assert.NotNull(Begin(at: 1));
    }

    [Fact]
    public void What_the_guest_cannot_be_asked_now_waits_and_holds_up_nothing_else()
    {
        _plan.Want(GuestAspects.Network | GuestAspects.Users, _now);
        _now += TimeSpan.FromSeconds(5);

        Assert.Null(_plan.Wait(GuestAspects.None, _now));
        Assert.Null(_plan.Begin(GuestAspects.None, _now));
        Assert.Equal(GuestAspects.Users, _plan.Begin(GuestAspects.Users, _now)?.Aspect);
        End(LookResult.Same);
        Assert.Equal(GuestAspects.Network, _plan.Begin(GuestAspects.All, _now)?.Aspect);
    }

    [Fact]
    public void Need_that_ends_during_a_look_ends_the_looking()
    {
        _plan.Want(GuestAspects.Network, _now);
        Begin(at: 1);
        _plan.Want(GuestAspects.None, _now);
        End(LookResult.Changed);

        Assert.Null(Begin(at: 3600));
        _plan.Want(GuestAspects.Network, _now);
        Assert.NotNull(Begin(at: 1));
    }

    [Fact]
    public void Program_is_asked_for_ever_less_often_until_it_is_dropped()
    {
        _plan.Want(GuestAspects.Programs, _now);
        Assert.True(_plan.Follow(77, _now));

        var pauses = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            pauses.Add(_plan.Wait(GuestAspects.All, _now)!.Value.TotalMilliseconds);
            Assert.Equal(new ObservationQuestion(GuestAspects.Programs, 77), Begin(at: pauses[^1] / 1000));
            End(LookResult.Same);
        }
        _plan.Drop(77);

        Assert.Equal([50, 50, 100, 200, 400, 800, 1600, 3200, 5000, 5000], pauses);
        Assert.Null(_plan.Wait(GuestAspects.All, _now));
    }

    [Fact]
    public void Sixty_four_programs_are_followed_and_the_next_when_one_has_ended()
    {
        for (var pid = 0; pid < ObservationPlan.MaxPrograms; pid++)
            Assert.True(_plan.Follow(pid, _now));

        Assert.True(_plan.Follow(5, _now));
        Assert.False(_plan.Follow(1000, _now));
        _plan.Drop(5);
        Assert.True(_plan.Follow(1000, _now));
    }

    [Fact]
    public void Another_process_of_the_agent_has_other_programs_and_is_looked_at_soon()
    {
        _plan.Want(GuestAspects.All, _now);
        _plan.Follow(77, _now);
        LooksIn(TimeSpan.FromMinutes(30), () => { }, () => LookResult.Same);

        _plan.Renew(_now);

        _now += ObservationPlan.Settle;
        var asked = new List<GuestAspects>();
        for (; Begin() is { } question; End(LookResult.Same))
            asked.Add(question.Aspect);
        Assert.Equal([GuestAspects.Network, GuestAspects.Users, GuestAspects.Filesystems], asked.Order());
    }

    [Fact]
    public void First_looks_of_many_VMs_are_spread()
    {
        var late = new ObservationPlan(spread: 0.5);
        late.Want(GuestAspects.Network, _now);

        Assert.Equal(3, late.Wait(GuestAspects.All, _now)!.Value.TotalSeconds);
    }

    private double[] PausesWhile(int looks, LookResult result)
    {
        _plan.Want(GuestAspects.Network, _now);
        var pauses = new double[looks];
        for (var i = 0; i < looks; i++)
        {
            _now += _plan.Wait(GuestAspects.All, _now)!.Value;
            Assert.NotNull(Begin());
            End(result);
            pauses[i] = _plan.Wait(GuestAspects.All, _now)!.Value.TotalSeconds;
        }
        return pauses;
    }

    /// <summary>Lets time pass in steps of 0.1 s.</summary>
    private int LooksIn(TimeSpan span, Action happens, Func<LookResult> result)
    {
        var looks = 0;
        for (var until = _now + span; _now < until; _now += TimeSpan.FromSeconds(0.1))
        {
            happens();
            if (Begin() is null)
                continue;
            looks++;
            End(result());
        }
        return looks;
    }

    private ObservationQuestion? Begin(double at = 0)
    {
        _now += TimeSpan.FromSeconds(at);
        return _plan.Begin(GuestAspects.All, _now);
    }

    private void End(LookResult result) => _plan.End(result, _now);
}
