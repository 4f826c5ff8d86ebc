using Orchestrator.Actors.Events.Storage;

namespace Orchestrator.Actors.Events;

/// <summary>Limits of an <see cref="EventLog"/>.</summary>
public sealed record EventLogSettings
{
    /// <summary>Newest events kept in memory: readers that keep up never touch the disk.</summary>
    public int KeptInMemory { get; init; } = 16_384;

    /// <summary>Events that wait for a disk that cannot be written; the oldest of more are given up, which readers are told as a gap.</summary>
    public int MaxUnwritten { get; init; } = 131_072;

    /// <summary>Most events in one write.</summary>
    public int MaxBatch { get; init; } = 4_096;

    /// <summary>
    /// From one write to the next on a busy node, whose events come one by one and are written together then. On a quiet one, each is written at once. Zero for no pause.
    /// </summary>
    public TimeSpan WritePause { get; init; }

    /// <summary>Readers that wait for news, more than a node's streams, subscriptions and controllers together; the longest waiting is sent away for one more, with an empty page.</summary>
    public int MaxWaitingReaders { get; init; } = 16_384;

    /// <summary>How much is kept on disk.</summary>
    public EventRetention Retention { get; init; } = EventRetention.Default;

    /// <summary>From one look for events that are too old to the next.</summary>
    public TimeSpan TrimPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time in which a waiting reader is not told of events that it does not want.</summary>
    public TimeSpan NewsPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pauses after writes that failed.</summary>
    public BackOff Retry { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
}
