namespace Orchestrator.Host.Tests.Cli;

/// <summary>Each look at the clock finds it a second later.</summary>
internal sealed class TickingTime : TimeProvider
{
    private long _seconds;

    public override long TimestampFrequency => 1;

    public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
}
