using Orchestrator.Actors.Controllers;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>Code that blocks takes threads of its own: on a pool of two cores, forty sleepers put a node out of its cluster.</summary>
public sealed class ControllerThreadsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Handlers_that_block_take_no_thread_of_the_pool_and_the_others_have_their_turn_after_them()
    {
        const int handlers = 3 * ControllerThreads.Width;
        var threads = new ControllerThreads();
        using var end = new ManualResetEventSlim();
        using var begun = new CountdownEvent(ControllerThreads.Width);
        var ofPool = 0;

        var running = Enumerable.Range(0, handlers).Select(_ => StartAsync(threads, () =>
        {
            if (Thread.CurrentThread.IsThreadPoolThread)
                Interlocked.Increment(ref ofPool);
            if (begun.CurrentCount > 0)
                begun.Signal();
            Assert.True(end.Wait(Limit));
            return Task.CompletedTask;
        })).ToArray();
        Assert.True(await Task.Run(() => begun.Wait(Limit)));

        Assert.DoesNotContain(running, one => one.IsCompleted);
        end.Set();
        await Task.WhenAll(running);
        Assert.Equal(0, ofPool);
    }

    [Fact]
    public async Task What_awaits_takes_no_thread_and_goes_on_on_one_of_them()
    {
        const int handlers = 3 * ControllerThreads.Width;
        var threads = new ControllerThreads();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (begun, names) = (0, new System.Collections.Concurrent.ConcurrentBag<string?>());

        var running = Enumerable.Range(0, handlers).Select(_ => StartAsync(threads, async () =>
        {
            Interlocked.Increment(ref begun);
            await gate.Task;
            names.Add(Thread.CurrentThread.Name);
        })).ToArray();
        await TestKit.Eventually.TrueAsync(() => Volatile.Read(ref begun) == handlers, Limit, "all have begun");
        gate.SetResult();
        await Task.WhenAll(running);

        Assert.All(names, name => Assert.Equal("controllers", name));
    }

    private static Task StartAsync(ControllerThreads threads, Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, threads).Unwrap();
}
