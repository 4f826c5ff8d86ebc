using Orchestrator.Actors.Controllers.Storage;
using Orchestrator.Actors.Events;

namespace Orchestrator.Actors.Controllers;

/// <summary>What is not on disk yet of one controller, as one checkpoint.</summary>
internal sealed class ControllerCheckpoints(string controller, EventCursor kept)
{
    private readonly Dictionary<string, InstanceChange> _instances = new(StringComparer.Ordinal);
    private readonly List<FailedWork> _failures = [];
    private readonly HashSet<string> _forgotten = new(StringComparer.Ordinal);
    private ControllerCheckpoint? _saving;
    private EventCursor _kept = kept;
    private bool _isPauseNew;

    /// <summary>Whether one is being written.</summary>
    public bool IsSaving => _saving is not null;

    /// <summary>Whether an instance has moved, or something else must not wait for long.</summary>
    public bool HasNews => _instances.Count > 0 || _failures.Count > 0 || _forgotten.Count > 0 || _isPauseNew;

    /// <summary>Whether there is anything to write, with this cursor.</summary>
    public bool IsDue(EventCursor cursor) => HasNews || cursor.ToString() != _kept.ToString();

    /// <summary>An instance has moved.</summary>
    public void Add(string key, InstanceChange change)
    {
        _forgotten.Remove(key);
        _instances[key] = _instances.TryGetValue(key, out var earlier) ? earlier.Then(change) : change;
    }

    /// <summary>Something was passed over.</summary>
    public void Add(FailedWork failure)
    {
        _failures.Add(failure);
        if (_failures.Count > FailedWork.MaxKept)
            _failures.RemoveAt(0);
    }

    /// <summary>It was paused, or goes on.</summary>
    public void Pause() => _isPauseNew = true;

    /// <summary>Instances are forgotten.</summary>
    public void Forget(IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            _instances.Remove(key);
            _forgotten.Add(key);
        }
    }

    /// <summary>What is to be written now; it is <see cref="Saved"/> or <see cref="NotSaved"/> later.</summary>
    public ControllerCheckpoint Take(EventCursor cursor, bool isPaused)
    {
        _saving = new ControllerCheckpoint(controller, cursor, isPaused)
        {
            Instances = new Dictionary<string, InstanceChange>(_instances),
            Failures = [.. _failures],
            Forgotten = [.. _forgotten],
        };
        _instances.Clear();
        _failures.Clear();
        _forgotten.Clear();
        _isPauseNew = false;
        return _saving;
    }

    /// <summary>It is on disk.</summary>
    public void Saved() => (_kept, _saving) = (_saving!.Cursor, null);

    /// <summary>It is not: it goes before what came since.</summary>
    public void NotSaved()
    {
        var failed = _saving!;
        _saving = null;
        foreach (var (key, change) in failed.Instances.Where(item => !_forgotten.Contains(item.Key)))
            _instances[key] = _instances.TryGetValue(key, out var later) ? change.Then(later) : change;
        _forgotten.UnionWith(failed.Forgotten.Where(key => !_instances.ContainsKey(key)));
        _failures.InsertRange(0, failed.Failures);
        _failures.RemoveRange(0, Math.Max(0, _failures.Count - FailedWork.MaxKept));
        _isPauseNew = true;
    }
}
