using Orchestrator.Host.Storage;

namespace Orchestrator.Host.Tests.Storage;

public sealed class StoreQueueTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void What_waits_is_taken_in_its_order()
    {
        var queue = new StoreQueue<int>(3);
        Assert.All(new[] { 1, 2, 3 }, number => Assert.True(queue.TryAdd(number, out _)));

        Assert.True(queue.Wait(out var first));
        Assert.True(queue.TryTake(out var second));
        Assert.True(queue.Wait(out var third));

        Assert.Equal([1, 2, 3], [first, second, third]);
        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public void More_than_the_limit_is_refused_until_something_is_taken()
    {
        var queue = new StoreQueue<int>(2);
        queue.TryAdd(1, out _);
        queue.TryAdd(2, out var none);
        Assert.Null(none);

        Assert.False(queue.TryAdd(3, out var refusal));

        Assert.Contains("too much is waiting for the store: 2", refusal.Message, StringComparison.Ordinal);
        queue.TryTake(out _);
        Assert.True(queue.TryAdd(3, out _));
    }

    [Fact]
    public void A_closed_queue_gives_what_it_has_and_then_nothing()
    {
        var queue = new StoreQueue<int>(2);
        queue.TryAdd(1, out _);
        queue.Close();

        Assert.False(queue.TryAdd(2, out var refusal));

        Assert.Contains("stopping", refusal.Message, StringComparison.Ordinal);
        Assert.True(queue.Wait(out var last));
        Assert.Equal(1, last);
        Assert.False(queue.Wait(out _));
    }

    [Fact]
    public async Task Threads_that_sleep_are_woken_by_what_comes_and_by_the_end()
    {
        var queue = new StoreQueue<int>(100_000);
        var taken = new int[3];
        var sum = 0L;
        var threads = Enumerable.Range(0, taken.Length).Select(at => Task.Factory.StartNew(
            () =>
            {
                while (queue.Wait(out var number))
                {
                    taken[at]++;
                    Interlocked.Add(ref sum, number);
                }
            },
            TaskCreationOptions.LongRunning)).ToArray();

        Parallel.For(1, 20_001, number => Assert.True(queue.TryAdd(number, out _)));
        await TestKit.Eventually.TrueAsync(() => Interlocked.Read(ref sum) == 200_010_000, Limit, "all are taken");
        queue.Close();

        await Task.WhenAll(threads).WaitAsync(Limit);
        Assert.Equal(20_000, taken.Sum());
    }
}
