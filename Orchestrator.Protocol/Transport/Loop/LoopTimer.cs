using System.Diagnostics;

namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>
/// A timer of a loop. Any thread may change it. It lies among the loop's <see cref="LoopTimers"/> at the earliest time it was set to: when that has come, it looks whether it is due.
/// When the loop has ended, a timer of the system's does what is left.
/// </summary>
internal sealed class LoopTimer(SocketLoop loop, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
{
    private const long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private long _due = Never;
    private long _period;
    private ITimer? _successor;

    /// <summary>Where it lies among the loop's timers. Of the loop's thread.</summary>
    private long _place = Never;

    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            _due = dueTime == Timeout.InfiniteTimeSpan ? Never : Stopwatch.GetTimestamp() + Ticks(dueTime);
            _period = period > TimeSpan.Zero ? Ticks(period) : 0;
            if (_due == Never)
                return true;
        }
        Arrange();
        return true;
    }

    /// <summary>Ends it: a call that is under way goes on.</summary>
    public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Its place among the loop's timers has come.</summary>
    /// <param name="place">One of those that it had: only the last one counts.</param>
    /// <param name="now">Ticks of <see cref="Stopwatch"/>.</param>
    public void OnDue(long place, long now)
    {
        if (place != _place)
            return;
        _place = Never;
        if (!IsDue(now))
            Arrange();
        else
            Call();
    }

    /// <summary>Posted to the loop: on it, or after its end.</summary>
    public void Execute()
    {
        if (loop.IsCurrent)
            Arrange();
        else
            Succeed();
    }

    /// <summary>The loop has ended.</summary>
    public void Succeed()
    {
        lock (_gate)
        {
            if (_due == Never)
                return;
            var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _due);
            _successor ??= TimeProvider.System.CreateTimer(static timer => ((LoopTimer)timer!).OnSuccessor(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _successor.Change(left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private void Arrange()
    {
        if (!loop.IsCurrent)
        {
            loop.Post(this);
            return;
        }
        long due;
        lock (_gate)
            due = _due;
        if (due >= _place)
            return;
        _place = due;
        loop.Timers.Add(this, due);
    }

    private void OnSuccessor()
    {
        if (IsDue(Stopwatch.GetTimestamp()))
            Call();
        else
            Succeed();
    }

    private bool IsDue(long now)
    {
        lock (_gate)
            return _due <= now;
    }

    private void Call()
    {
        bool isPeriodic;
        lock (_gate)
        {
            isPeriodic = _period > 0;
            _due = isPeriodic ? _due + _period : Never;
        }
        if (isPeriodic)
            Execute();
        callback(state);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
