using CsCheck;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Tests.Vms.Observation;

public sealed class ObservationPlanPropertyTests
{
    private static readonly Gen<(int Kind, int Value, int Milliseconds)[]> Steps =
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 15], Gen.Int[0, 120_000]).Array[0, 120];

    /// <summary>Needs that come and go, signs, programs, guests that cannot be asked, answers of every kind, in any order and at any time.</summary>
    [Fact]
    public void Never_two_questions_never_unwanted_and_never_what_the_guest_cannot_be_asked() => Steps.Sample(steps =>
    {
        var (plan, now, able) = (new ObservationPlan(), TimeSpan.Zero, GuestAspects.All);
        ObservationQuestion? asked = null;
        foreach (var (kind, value, milliseconds) in steps)
        {
            now += TimeSpan.FromMilliseconds(milliseconds);
            asked = Step(plan, kind, value, now, ref able, asked);
            Assert.Equal(asked, plan.Asking);
            Assert.True(plan.Wait(able, now) is not { } wait || (asked is null && wait >= TimeSpan.Zero));
        }
    }, iter: 20_000);

    /// <summary>However often it is thought of, no look of one kind comes within a second of the one before, unless the agent was replaced or the need is new.</summary>
    [Fact]
    public void Looks_of_one_kind_are_a_second_apart() => Steps.Sample(steps =>
    {
        var (plan, now) = (new ObservationPlan(), TimeSpan.Zero);
        plan.Want(GuestAspects.All, now);
        var last = new Dictionary<GuestAspects, TimeSpan>();
        foreach (var (kind, value, milliseconds) in steps)
        {
            now += TimeSpan.FromMilliseconds(milliseconds % 700);
            if (kind < 4)
                plan.Trigger((GuestAspects)value, now);
            if (plan.Begin(GuestAspects.All, now) is not { } question)
                continue;
            Assert.True(!last.TryGetValue(question.Aspect, out var before) || now - before >= ObservationPlan.Settle);
            last[question.Aspect] = now;
            plan.End((LookResult)(value % 4), now);
        }
    });

    /// <summary>Doublings from 15 s to 15 min leave about a hundred looks of each kind, wherever the day begins.</summary>
    [Fact]
    public void Idle_guest_is_looked_at_about_a_hundred_times_a_day() => Gen.Select(Steps, Gen.Int[1, 7]).Sample((steps, wanted) =>
    {
        var (plan, now, able) = (new ObservationPlan(), TimeSpan.Zero, GuestAspects.All);
        ObservationQuestion? asked = null;
        foreach (var (kind, value, milliseconds) in steps)
        {
            now += TimeSpan.FromMilliseconds(milliseconds);
            asked = Step(plan, kind, value, now, ref able, asked);
        }
        plan.End(LookResult.Same, now);
        plan.Want((GuestAspects)wanted, now);

        var looks = Enumerable.Range(0, 3).ToDictionary(bit => (GuestAspects)(1 << bit), _ => 0);
        for (var until = now + TimeSpan.FromHours(24); plan.Wait(GuestAspects.All, now) is { } wait && now + wait < until;)
        {
            now += wait;
            looks[plan.Begin(GuestAspects.All, now)!.Value.Aspect]++;
            plan.End(LookResult.Same, now);
        }
        return looks.All(look => ((int)look.Key & wanted) == 0 ? look.Value == 0 : look.Value is >= 94 and <= 106);
    }, iter: 300);

    private static ObservationQuestion? Step(ObservationPlan plan, int kind, int value, TimeSpan now, ref GuestAspects able, ObservationQuestion? asked)
    {
        switch (kind)
        {
            case 0:
                plan.Want((GuestAspects)value, now);
                return asked;
            case 1:
                plan.Trigger((GuestAspects)value, now);
                return asked;
            case 2:
                plan.Follow(value, now);
                return asked;
            case 3 when value == 0:
                plan.Renew(now);
                return asked;
            case 3:
                plan.Drop(value);
                return asked;
            case 4:
                able = (GuestAspects)value;
                return asked;
            case 5:
                plan.End((LookResult)(value % 4), now);
                return null;
            default:
                return Begin(plan, able, now, asked);
        }
    }

    private static ObservationQuestion? Begin(ObservationPlan plan, GuestAspects able, TimeSpan now, ObservationQuestion? asked)
    {
        var wanted = plan.Wanted;
        if (plan.Begin(able, now) is not { } question)
            return asked;
        Assert.Null(asked);
        Assert.Equal(question.Aspect, question.Aspect & wanted & able);
        return question;
    }
}
