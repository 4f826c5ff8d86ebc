namespace Orchestrator.Protocol.Agent;

/// <summary>
/// One deadline that moves with every command. Moving it later, or taking it away, does not touch the timer: it fires early, finds that it is not
/// time yet, and waits for the rest. Most commands are answered long before, so the timer is set rarely. Not thread-safe: guarded by its session.
/// </summary>
internal sealed class SessionDeadline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long _due = long.MaxValue;
    private long _firesAt = long.MaxValue;

    /// <param name="time">Clock.</param>
    /// <param name="fired">Called by the timer; it asks <see cref="HasPassed"/>.</param>
    public SessionDeadline(TimeProvider time, Action fired)
    {
        _time = time;
        _timer = time.CreateTimer(static fired => ((Action)fired!)(), fired, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sets it to the given time from now.</summary>
    public void Set(TimeSpan fromNow)
    {
        _due = _time.GetTimestamp() + (long)(fromNow.TotalSeconds * _time.TimestampFrequency);
        if (_due < _firesAt)
            Arm();
    }

    /// <summary>Takes it away.</summary>
    public void Clear() => _due = long.MaxValue;

    /// <summary>Whether the timer fired for the deadline that is set; if it fired early, it is set again.</summary>
    public bool HasPassed()
    {
        _firesAt = long.MaxValue;
        if (_due == long.MaxValue)
            return false;
        if (_due <= _time.GetTimestamp())
            return true;
        Arm();
        return false;
    }

    public void Dispose() => _timer.Dispose();

    private void Arm()
    {
        _firesAt = _due;
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), _due);
        // Timers count whole milliseconds: rounding up keeps them from firing just before the deadline.
        _timer.Change(wait > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
