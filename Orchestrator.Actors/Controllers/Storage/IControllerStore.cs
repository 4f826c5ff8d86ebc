using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers.Storage;

/// <summary>Where a node's controllers go on after a restart. Any thread; checkpoints are applied in the order of the calls.</summary>
public interface IControllerStore
{
    /// <summary>What is kept of a controller; <see langword="null"/> if it has never run.</summary>
    /// <exception cref="ControllerStoreException">It cannot be read.</exception>
    Task<StoredController?> LoadAsync(string controller);

    /// <summary>Takes a checkpoint in, all of it or nothing; done when it is durable.</summary>
    /// <exception cref="ControllerStoreException">It is not.</exception>
    Task SaveAsync(ControllerCheckpoint checkpoint);
}

/// <summary>A controller as it was at its last checkpoint.</summary>
/// <param name="Cursor">Every event before it has been handled.</param>
/// <param name="IsPaused">Whether somebody has paused it.</param>
/// <param name="Instances">By key.</param>
/// <param name="Failures">Newest last; at most <see cref="FailedWork.MaxKept"/>.</param>
public sealed record StoredController(EventCursor Cursor, bool IsPaused, IReadOnlyDictionary<string, StoredInstance> Instances, IReadOnlyList<FailedWork> Failures);

/// <summary>An instance as it was then.</summary>
/// <param name="Mark">Where it stands.</param>
/// <param name="State">Its own values.</param>
public sealed record StoredInstance(InstanceMark Mark, IReadOnlyDictionary<string, string> State);

/// <summary>Where an instance stands.</summary>
/// <param name="Born">Unix milliseconds of its first life: its ticks are counted from there.</param>
/// <param name="Cursor">After the last event it handled.</param>
/// <param name="Starts">How often it has begun.</param>
/// <param name="Ticks">How many ticks it has had.</param>
public sealed record InstanceMark(long Born, EventCursor Cursor, long Starts, long Ticks);

/// <summary>What changed since the last checkpoint.</summary>
/// <param name="Controller">Whose.</param>
/// <param name="Cursor">Every event before it has been handled.</param>
/// <param name="IsPaused">Whether somebody has paused it.</param>
public sealed record ControllerCheckpoint(string Controller, EventCursor Cursor, bool IsPaused)
{
    /// <summary>Instances that have moved, by key.</summary>
    public IReadOnlyDictionary<string, InstanceChange> Instances { get; init; } = new Dictionary<string, InstanceChange>();

    /// <summary>Instances that are forgotten.</summary>
    public IReadOnlyList<string> Forgotten { get; init; } = [];

    /// <summary>New ones.</summary>
    public IReadOnlyList<FailedWork> Failures { get; init; } = [];
}

/// <summary>An instance that has moved.</summary>
/// <param name="Mark">Where it stands now.</param>
/// <param name="State">Values that are different; <see langword="null"/> for those that are gone.</param>
public sealed record InstanceChange(InstanceMark Mark, IReadOnlyDictionary<string, string?> State)
{
    /// <summary>This one and a later one, as one.</summary>
    public InstanceChange Then(InstanceChange later)
    {
        ArgumentNullException.ThrowIfNull(later);
        if (later.State.Count == 0)
            return this with { Mark = later.Mark };
        var state = new Dictionary<string, string?>(State, StringComparer.Ordinal);
        foreach (var (key, value) in later.State)
            state[key] = value;
        return new InstanceChange(later.Mark, state);
    }
}

/// <summary>What a controller could not do, and passed over.</summary>
/// <param name="Time">When it was given up.</param>
/// <param name="Instance">Whose.</param>
/// <param name="Work">Place of the event or gap as <c>EPOCH:SEQUENCE</c> and <c>gap-EPOCH:SEQUENCE</c>, else <c>start-BORN.NUMBER</c> or <c>tick-BORN.NUMBER</c>.</param>
/// <param name="Event">Name of the event.</param>
/// <param name="VmName">Its VM.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">What its handler threw last; at most 1,000 characters.</param>
public sealed record FailedWork(DateTimeOffset Time, string Instance, string Work, string? Event, string? VmName, int Attempts, string Error)
{
    /// <summary>Kept per controller; the oldest is forgotten.</summary>
    public const int MaxKept = 100;
}

/// <summary>The store failed; the message says what to do.</summary>
public sealed class ControllerStoreException(string message, Exception? inner = null) : Exception(message, inner);
