using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>How a controller, or one of its instances, is. Stable names: safe to switch on. The larger, the worse, but for the last.</summary>
public enum ControllerHealth
{
    /// <summary>Well.</summary>
    Ok,

    /// <summary>Its handlers succeed, and it says itself that something is not as it should be.</summary>
    Complaining,

    /// <summary>Its last handler failed, or it cannot read the log, or cannot keep its place in it.</summary>
    Failing,

    /// <summary>Off or paused.</summary>
    Stopped,
}

/// <summary>A controller as it stands.</summary>
public sealed record ControllerSnapshot
{
    /// <summary>Unique in the node.</summary>
    public required string Name { get; init; }

    /// <summary>How many instances it has.</summary>
    public required ControllerScope Scope { get; init; }

    /// <summary>Whether it acts.</summary>
    public required ControllerMode Mode { get; init; }

    /// <summary>How it is: as the worst of its instances.</summary>
    public required ControllerHealth Health { get; init; }

    /// <summary>The same for people; <see langword="null"/> when all is well.</summary>
    public string? Message { get; init; }

    /// <summary>Instances that run.</summary>
    public int Instances { get; init; }

    /// <summary>Instances that are failing.</summary>
    public int Failing { get; init; }

    /// <summary>Every event before it has been handled.</summary>
    public EventCursor Cursor { get; init; } = EventCursor.Beginning;

    /// <summary>Events in the logs after the cursor, whether or not it wants them; <see langword="null"/> if a log does not answer.</summary>
    public long? LagEvents { get; init; }

    /// <summary>Since the oldest event that it has read and not handled.</summary>
    public TimeSpan LagTime { get; init; }

    /// <summary>What it did since the node started.</summary>
    public ControllerCounts Counts { get; init; } = new();

    /// <summary>The newest failure.</summary>
    public string? LastError { get; init; }

    /// <summary>When it was.</summary>
    public DateTimeOffset? LastErrorAt { get; init; }
}

/// <summary>What a controller did since the node started.</summary>
public sealed record ControllerCounts
{
    /// <summary>Events and gaps that were handled, by each instance.</summary>
    public long Events { get; init; }

    /// <summary>Ticks.</summary>
    public long Ticks { get; init; }

    /// <summary>Handlers that failed and were tried again.</summary>
    public long Retries { get; init; }

    /// <summary>Work that was passed over.</summary>
    public long Failures { get; init; }

    /// <summary>Commands, jobs and freezes.</summary>
    public long Commands { get; init; }
}

/// <summary>An instance as it stands.</summary>
/// <param name="Key"><c>fleet</c>, or the VM's UUID.</param>
/// <param name="VmName">The VM's name, if known.</param>
/// <param name="Health">How it is.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Waiting">Events that wait for it.</param>
/// <param name="Lag">Since the oldest of them.</param>
public sealed record ControllerInstanceSnapshot(string Key, string? VmName, ControllerHealth Health, string? Message, int Waiting, TimeSpan Lag);

/// <summary>A line of a controller's journal.</summary>
/// <param name="Time">When.</param>
/// <param name="Instance">Whose.</param>
/// <param name="Text">At most 1,000 characters.</param>
public sealed record ControllerNote(DateTimeOffset Time, string Instance, string Text)
{
    /// <summary>Kept per controller; the oldest is forgotten.</summary>
    public const int MaxKept = 100;

    internal const int MaxLength = 1_000;

    /// <summary>Its beginning, if it is too long.</summary>
    internal static string Cut(string text) => text.Length <= MaxLength ? text : text[..(MaxLength - 1)] + "…";
}
