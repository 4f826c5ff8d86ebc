using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class HeldInvocationsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void They_keep_their_order_also_with_another_reason()
    {
        var held = new HeldInvocations(4, _time);
        var items = new[] { Held(3), Held(1), Held(2) };
        Assert.All(items, item => Assert.True(held.TryAdd(item)));

        held.Replace(items[1], items[1] with { End = new Verdict(Phase.Undelivered, Reasons.AgentAbsent, Effect.None) });

        Assert.Equal(items.Select(item => item.Invocation), held.All.Select(item => item.Invocation));
        Assert.Equal(Reasons.AgentAbsent, held.All[1].End.Reason);
    }

    [Fact]
    public void Full_is_told_and_a_place_that_is_left_is_free()
    {
        var held = new HeldInvocations(2, _time);
        var (first, second, third) = (Held(1), Held(1), Held(1));
        held.TryAdd(first);
        held.TryAdd(second);

        Assert.False(held.TryAdd(third));
        Assert.True(held.Remove(first.Invocation));
        Assert.False(held.Remove(first.Invocation));
        Assert.True(held.TryAdd(third));
        Assert.Equal([second, third], held.All);
    }

    [Fact]
    public void Nearest_end_is_the_next_and_what_is_overdue_leaves()
    {
        var held = new HeldInvocations(4, _time);
        Assert.Null(held.Next);
        var items = new[] { Held(3), Held(1), Held(2) };
        foreach (var item in items)
            held.TryAdd(item);
        Assert.Equal(TimeSpan.FromSeconds(1), held.Next);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal([items[1], items[2]], held.TakeOverdue());
        Assert.Empty(held.TakeOverdue());
        Assert.Equal((1, TimeSpan.FromSeconds(1)), (held.Count, held.Next));
    }

    private HeldInvocation Held(double seconds) => new(
        new Invocation(new JobPlan("job", CommandRoute.Guest, EncodedCommand.ForGuest("guest-ping"), default), 0, ActorRefs.Nobody, ActorRefs.Nobody),
        Deadline.After(TimeSpan.FromSeconds(seconds), _time),
        new Verdict(Phase.Undelivered, Reasons.VmPaused, Effect.None));
}
