using Orchestrator.Protocol.Transport.Loop;
using Orchestrator.TestKit;

namespace Orchestrator.Protocol.Tests.Transport.Loop;

/// <summary>A loop's timers. The real clock runs: what is asserted is order, thread and number, never how long something took.</summary>
public sealed class LoopTimeTests : IDisposable
{
    private const string LoopName = "loop-under-test";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);
    private readonly SocketLoop _loop = new(LoopName);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_timer_calls_once_on_the_loop_and_not_before_its_time()
    {
        var (calls, done) = (0, new TaskCompletionSource<(string?, TimeSpan)>());
        var started = _loop.Time.GetTimestamp();

        using var timer = _loop.Time.CreateTimer(
            _ =>
            {
                calls++;
                done.TrySetResult((Thread.CurrentThread.Name, _loop.Time.GetElapsedTime(started)));
            },
            null,
            Soon,
            Timeout.InfiniteTimeSpan);

        var (thread, after) = await done.Task.WaitAsync(Limit);
        Assert.Equal(LoopName, thread);
        Assert.True(after >= Soon);
        await Task.Delay(Soon * 2, _loop.Time);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task What_awaits_a_pause_goes_on_on_the_loop()
    {
        Assert.Equal((LoopName, LoopName), await PauseAsync().WaitAsync(Limit));

        async Task<(string?, string?)> PauseAsync()
        {
            await Task.Delay(Soon, _loop.Time).ConfigureAwait(false);
            var first = Thread.CurrentThread.Name;
            // This one is set by the loop's own thread.
            await Task.Delay(Soon, _loop.Time).ConfigureAwait(false);
            return (first, Thread.CurrentThread.Name);
        }
    }

    [Fact]
    public async Task Timers_call_in_the_order_of_their_times()
    {
        var (order, done) = (new List<int>(), new TaskCompletionSource());
        // From the loop, so that none is due before all are set.
        _loop.Post(new LoopWork(() =>
        {
            foreach (var number in new[] { 3, 1, 4, 2 })
                _loop.Time.CreateTimer(_ => Note(number), null, TimeSpan.FromMilliseconds(number * 3), Timeout.InfiniteTimeSpan);
        }));

        await done.Task.WaitAsync(Limit);
        Assert.Equal([1, 2, 3, 4], order);

        void Note(int number)
        {
            order.Add(number);
            if (order.Count == 4)
                done.SetResult();
        }
    }

    [Fact]
    public async Task A_timer_that_is_set_earlier_calls_earlier_and_only_then()
    {
        var (calls, done) = (0, new TaskCompletionSource());
        using var timer = _loop.Time.CreateTimer(
            _ =>
            {
                calls++;
                done.TrySetResult();
            },
            null,
            TimeSpan.FromMilliseconds(40),
            Timeout.InfiniteTimeSpan);

        timer.Change(Soon, Timeout.InfiniteTimeSpan);

        await done.Task.WaitAsync(Limit);
        await Task.Delay(TimeSpan.FromMilliseconds(60), _loop.Time);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_timer_that_is_set_later_does_not_call_at_its_first_time()
    {
        var calls = 0;
        ITimer? timer = null;
        _loop.Post(new LoopWork(() =>
        {
            timer = _loop.Time.CreateTimer(_ => calls++, null, Soon, Timeout.InfiniteTimeSpan);
            timer.Change(Hour, Timeout.InfiniteTimeSpan);
        }));

        await Task.Delay(Soon * 3, _loop.Time);

        Assert.Equal(0, calls);
        timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await Eventually.TrueAsync(() => calls == 1, Limit, "it is due");
    }

    [Fact]
    public async Task A_timer_that_has_ended_does_not_call()
    {
        var calls = 0;
        _loop.Post(new LoopWork(() => _loop.Time.CreateTimer(_ => calls++, null, Soon, Soon).Dispose()));
        await Task.Delay(Soon * 3, _loop.Time);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_period_calls_again_until_the_timer_ends()
    {
        var (calls, done) = (0, new TaskCompletionSource());
        ITimer? timer = null;
        timer = _loop.Time.CreateTimer(
            _ =>
            {
                if (++calls < 3)
                    return;
                timer!.Dispose();
                done.SetResult();
            },
            null,
            Soon,
            TimeSpan.FromMilliseconds(1));
        await done.Task.WaitAsync(Limit);
        await Task.Delay(Soon, _loop.Time);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_sleeping_loop_is_woken_by_what_is_posted_before_a_timer_is_due()
    {
        using var timer = _loop.Time.CreateTimer(static _ => { }, null, Hour, Timeout.InfiniteTimeSpan);
        var done = new TaskCompletionSource();
        _loop.Post(new LoopWork(done.SetResult));
        await done.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task After_the_loops_end_timers_call_elsewhere()
    {
        var before = new TaskCompletionSource<string?>();
        _loop.Post(new LoopWork(() =>
        {
            _loop.Time.CreateTimer(_ => before.TrySetResult(Thread.CurrentThread.Name), null, TimeSpan.FromMilliseconds(300), Timeout.InfiniteTimeSpan);
            _loop.Dispose();
        }));

        Assert.NotEqual(LoopName, await before.Task.WaitAsync(Limit));
        await Task.Delay(Soon, _loop.Time).WaitAsync(Limit);
    }
}
