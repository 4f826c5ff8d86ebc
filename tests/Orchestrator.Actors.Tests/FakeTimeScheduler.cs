using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Actors.Tests;

/// <summary>
/// Akka's timers on a clock that a test moves. The test kit's own scheduler loses a timer that an actor starts for the same moment that
/// time is moved to.
/// </summary>
public sealed class FakeTimeScheduler(Config config, ILoggingAdapter log) : SchedulerBase(config, log)
{
    /// <summary>A fake timer that nobody holds is gone with the next garbage collection.</summary>
    private readonly List<ITimer> _kept = [];

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public override TimeSpan MonotonicClock => Time.GetElapsedTime(0);

    public override TimeSpan HighResMonotonicClock => MonotonicClock;

    protected override DateTimeOffset TimeNow => Time.GetUtcNow();

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Start(delay, Timeout.InfiniteTimeSpan, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Start(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Start(delay, Timeout.InfiniteTimeSpan, action, cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Start(delay, Timeout.InfiniteTimeSpan, action.Run, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) => Start(initialDelay, interval, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Start(initialDelay, interval, action.Run, cancelable);

    private void Start(TimeSpan delay, TimeSpan interval, Action action, ICancelable? cancelable)
    {
        if (cancelable?.IsCancellationRequested == true)
            return;
        var timer = Time.CreateTimer(_ => Run(action, cancelable), null, delay, interval);
        lock (_kept)
            _kept.Add(timer);
        cancelable?.Token.Register(timer.Dispose);
    }

    private static void Run(Action action, ICancelable? cancelable)
    {
        if (cancelable?.IsCancellationRequested != true)
            action();
    }
}
