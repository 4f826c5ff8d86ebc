using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Tests.Events;

public sealed class EventLogsTests : ActorTest
{
    private static readonly DateTimeOffset Once = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_alone_has_its_own_log()
    {
        var logs = EventLogs.Of("a", TestActor, Time);

        var known = Assert.Single(logs.All).Value;
        Assert.Equal(("a", TestActor, false, true), (known.Host, logs["a"], known.IsRemote, known.IsReachable));
    }

    [Fact]
    public void Each_return_is_another_log_and_a_second_loss_is_the_first()
    {
        var logs = EventLogs.Of("a", TestActor, Time);
        logs.Put("b", TestActor, isRemote: true);
        var first = logs.All["b"];
        logs.MarkUnreachable("b", Once);
        var lost = logs.All;
        logs.MarkUnreachable("b", Once.AddSeconds(1));

        Assert.Same(lost, logs.All);
        Assert.Equal((Once, false), (logs.All["b"].UnreachableSince, logs.All["b"].IsReachable));
        logs.Put("b", TestActor, isRemote: true);
        Assert.NotSame(first, logs.All["b"]);
        logs.Remove("b");
        Assert.Equal(["a"], logs.All.Keys);
    }

    [Fact]
    public void A_node_that_was_never_heard_of_can_be_unreachable()
    {
        var logs = new EventLogs(Time);
        logs.MarkUnreachable("b", Once);

        Assert.Equal(Once, logs.All["b"].UnreachableSince);
    }

    [Fact]
    public async Task Whoever_waits_learns_of_a_change_at_once()
    {
        var logs = EventLogs.Of("a", TestActor, Time);
        var waiting = Enumerable.Range(0, 3).Select(_ => logs.WaitAsync(logs.All, [], default)).ToArray();
        Assert.DoesNotContain(waiting, wait => wait.IsCompleted);

        logs.Put("b", TestActor, isRemote: true);

        await Task.WhenAll(waiting).WaitAsync(Limit, TimeProvider.System);
        await logs.WaitAsync(EventLogs.Of("a", TestActor, Time).All, [], default).WaitAsync(Limit, TimeProvider.System);
    }

    [Fact]
    public async Task A_wait_ends_with_what_else_it_waits_for_and_with_its_token()
    {
        var (logs, other, end) = (EventLogs.Of("a", TestActor, Time), new TaskCompletionSource(), new CancellationTokenSource());
        var (first, second) = (logs.WaitAsync(logs.All, [other.Task], default), logs.WaitAsync(logs.All, [], end.Token));

        other.SetResult();
        await first.WaitAsync(Limit, TimeProvider.System);
        end.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Limit, TimeProvider.System));
        end.Dispose();
    }
}
