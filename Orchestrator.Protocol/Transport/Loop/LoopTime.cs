namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>The system's clock; its timers call on the thread of a loop, which wakes no other one for it.</summary>
internal sealed class LoopTime(SocketLoop loop) : TimeProvider
{
    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LoopTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
