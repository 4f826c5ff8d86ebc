using System.Collections.Immutable;

namespace Orchestrator.Actors.Controllers.Storage;

/// <summary>Keeps controllers as long as the process lives: for tests, and for nodes that keep nothing.</summary>
public sealed class MemoryControllerStore : IControllerStore
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, StoredController> _controllers = ImmutableDictionary<string, StoredController>.Empty;

    /// <inheritdoc/>
    public Task<StoredController?> LoadAsync(string controller) => Task.FromResult(_controllers.GetValueOrDefault(controller));

    /// <inheritdoc/>
    public Task SaveAsync(ControllerCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        lock (_lock)
            _controllers = _controllers.SetItem(checkpoint.Controller, Apply(_controllers.GetValueOrDefault(checkpoint.Controller), checkpoint));
        return Task.CompletedTask;
    }

    /// <summary>What a store has after a checkpoint.</summary>
    public static StoredController Apply(StoredController? before, ControllerCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var instances = new Dictionary<string, StoredInstance>(before?.Instances ?? ImmutableDictionary<string, StoredInstance>.Empty, StringComparer.Ordinal);
        foreach (var (key, change) in checkpoint.Instances)
            instances[key] = new StoredInstance(change.Mark, Changed(instances.GetValueOrDefault(key)?.State, change.State));
        foreach (var key in checkpoint.Forgotten)
            instances.Remove(key);
        return new StoredController(checkpoint.Cursor, checkpoint.IsPaused, instances, [.. (before?.Failures ?? []).Concat(checkpoint.Failures).TakeLast(FailedWork.MaxKept)]);
    }

    /// <summary>Values after changes.</summary>
    internal static IReadOnlyDictionary<string, string> Changed(IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string?> changes)
    {
        if (changes.Count == 0)
            return before ?? ImmutableDictionary<string, string>.Empty;
        var after = new Dictionary<string, string>(before ?? ImmutableDictionary<string, string>.Empty, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            if (value is null)
                after.Remove(key);
            else
                after[key] = value;
        }
        return after;
    }
}
