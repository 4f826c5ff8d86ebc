namespace Orchestrator.Actors;

/// <summary>An absolute end on the monotonic clock of a <see cref="TimeProvider"/>; stays right through queues and hops.</summary>
public readonly record struct Deadline(long Timestamp)
{
    /// <summary>The deadline <paramref name="timeout"/> from now.</summary>
    public static Deadline After(TimeSpan timeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new Deadline(time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>What is left of it; zero once it has passed.</summary>
    public TimeSpan Remaining(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var remaining = time.GetElapsedTime(time.GetTimestamp(), Timestamp);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }
}
