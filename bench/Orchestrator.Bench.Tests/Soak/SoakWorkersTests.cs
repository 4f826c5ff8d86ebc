using Orchestrator.Bench.Soak.Work;

namespace Orchestrator.Bench.Tests.Soak;

public class SoakWorkersTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Every_kind_is_done_until_time_is_over_and_the_last_step_ends()
    {
        var (first, second) = (new Counted("a"), new Counted("b"));

        await SoakWorkers.RunAsync([first, second], TimeSpan.FromMilliseconds(50), CancellationToken.None);

        Assert.All([first, second], work => Assert.True(work.Done >= 1));
        Assert.All([first, second], work => Assert.Equal(work.Begun, work.Done));
    }

    [Fact]
    public async Task Step_that_fails_ends_all_and_is_named()
    {
        var endless = new Endless();
        var failing = new Failing(new BenchException("no outcome"), endless.Begun);

        var failure = await Assert.ThrowsAsync<BenchException>(() => SoakWorkers.RunAsync([endless, failing], Long, CancellationToken.None));

        Assert.Equal("failing: no outcome", failure.Message);
        Assert.True(endless.WasCancelled);
    }

    [Fact]
    public async Task Connection_that_is_lost_is_a_failure_too()
    {
        var failing = new Failing(new HttpRequestException("connection refused"), Task.CompletedTask);

        Assert.Equal("failing: connection refused", (await Assert.ThrowsAsync<BenchException>(() => SoakWorkers.RunAsync([failing], Long, CancellationToken.None))).Message);
    }

    [Fact]
    public async Task Caller_that_cancels_ends_all()
    {
        using var cancel = new CancellationTokenSource();
        var endless = new Endless();
        var run = SoakWorkers.RunAsync([endless], Long, cancel.Token);
        await endless.Begun;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(endless.WasCancelled);
    }

    private sealed class Counted(string name) : ISoakWork
    {
        public string Name => name;

        public int PerHour => 1;

        public long Begun { get; private set; }

        public long Done { get; private set; }

        public TimeSpan Pause => TimeSpan.FromMilliseconds(1);

        public async Task StepAsync(CancellationToken cancel)
        {
            Begun++;
            await Task.Yield();
            Done++;
        }
    }

    private sealed class Failing(Exception with, Task after) : ISoakWork
    {
        public string Name => "failing";

        public int PerHour => 1;

        public long Done => 0;

        public TimeSpan Pause => TimeSpan.Zero;

        public async Task StepAsync(CancellationToken cancel)
        {
            await after;
            throw with;
        }
    }

    private sealed class Endless : ISoakWork
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "endless";

        public int PerHour => 1;

        public long Done => 0;

        public TimeSpan Pause => TimeSpan.Zero;

        public Task Begun => _begun.Task;

        public bool WasCancelled { get; private set; }

        public async Task StepAsync(CancellationToken cancel)
        {
            _begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            WasCancelled = cancel.IsCancellationRequested;
            cancel.ThrowIfCancellationRequested();
        }
    }
}
