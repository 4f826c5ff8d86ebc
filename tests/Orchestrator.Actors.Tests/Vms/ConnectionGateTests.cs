using Microsoft.Extensions.Time.Testing;
using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Tests.Vms;

public sealed class ConnectionGateTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();
    private readonly ConnectionGate _gate = new(places: 2);
    private readonly List<TaskCompletionSource<int>> _begun = [];

    [Fact]
    public async Task Attempts_beyond_the_places_begin_when_others_end_in_the_order_of_their_arrival()
    {
        var attempts = Enumerable.Range(0, 4).Select(_ => EnterAsync()).ToArray();
        Assert.Equal(2, _begun.Count);

        _begun[1].SetResult(1);
        Assert.Equal(1, await attempts[1].WaitAsync(Limit));
        await BegunAsync(3);
        _begun[0].SetException(new IOException("nobody listens"));
        await Assert.ThrowsAsync<IOException>(() => attempts[0].WaitAsync(Limit));
        await BegunAsync(4);

        _begun[2].SetResult(2);
        _begun[3].SetResult(3);
        var last = await Task.WhenAll(attempts[2], attempts[3]).WaitAsync(Limit);
        Assert.Equal([2, 3], last);
    }

    [Fact]
    public async Task Attempt_that_takes_long_holds_up_nobody_and_goes_on()
    {
        var slow = new[] { EnterAsync(), EnterAsync() };
        var next = EnterAsync();
        Assert.Equal(2, _begun.Count);

        _time.Advance(ConnectionGate.LongestTurn);
        await BegunAsync(3);
        _begun[2].SetResult(7);
        Assert.Equal(7, await next.WaitAsync(Limit));

        Assert.All(slow, attempt => Assert.False(attempt.IsCompleted));
        _begun[0].SetResult(0);
        Assert.Equal(0, await slow[0].WaitAsync(Limit));
    }

    [Fact]
    public async Task Attempt_that_waits_is_given_up_without_a_beginning()
    {
        using var stop = new CancellationTokenSource();
        _ = EnterAsync();
        _ = EnterAsync();
        var waiting = _gate.EnterAsync(Begin, _time, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Limit));
        Assert.Equal(2, _begun.Count);
    }

    [Fact]
    public async Task Attempt_that_fails_at_once_gives_its_place_back()
    {
        for (var round = 0; round < 3; round++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => _gate.EnterAsync<int>(() => throw new InvalidOperationException(), _time, CancellationToken.None));

        _ = EnterAsync();
        _ = EnterAsync();
        Assert.Equal(2, _begun.Count);
    }

    private Task<int> EnterAsync() => _gate.EnterAsync(Begin, _time, CancellationToken.None);

    private Task<int> Begin()
    {
        lock (_begun)
            _begun.Add(new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));
        return _begun[^1].Task;
    }

    private Task BegunAsync(int count) => TestKit.Eventually.TrueAsync(() => _begun.Count == count, Limit, $"{count} attempts have begun");
}
