namespace Orchestrator.Bench.Events.Peers;

/// <summary>When which event of a steady stream is due.</summary>
/// <param name="PerSecond">Events per second, above 0.</param>
/// <param name="Count">All events, from 1 up.</param>
public readonly record struct EventPace(double PerSecond, long Count)
{
    /// <summary>How many of the events are due so long after the begin: the first at once.</summary>
    public long DueAfter(TimeSpan elapsed) => Math.Clamp((long)(elapsed.TotalSeconds * PerSecond) + 1, 0, Count);
}
