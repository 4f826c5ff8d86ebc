using Orchestrator.Actors.Controllers.Storage;

namespace Orchestrator.Actors.Tests.Controllers;

/// <summary>A store in memory whose checkpoints are durable when the test says so; what is not is lost with <see cref="Kill"/>.</summary>
internal sealed class FakeControllerStore : IControllerStore
{
    private readonly Lock _lock = new();
    private readonly Queue<(ControllerCheckpoint Checkpoint, TaskCompletionSource Done)> _pending = new();
    private readonly Dictionary<string, StoredController> _controllers = [];
    private int _saves;

    /// <summary>Whether checkpoints are durable at once.</summary>
    public bool IsImmediate { get; set; } = true;

    /// <summary>What every call fails with.</summary>
    public string? Failure { get; set; }

    /// <summary>What every checkpoint fails with.</summary>
    public Exception? Fatal { get; set; }

    public int Pending
    {
        get
        {
            lock (_lock)
                return _pending.Count;
        }
    }

    /// <summary>Checkpoints that were asked for.</summary>
    public int Saves
    {
        get
        {
            lock (_lock)
                return _saves;
        }
    }

    public StoredController? this[string controller]
    {
        get
        {
            lock (_lock)
                return _controllers.GetValueOrDefault(controller);
        }
    }

    public Task<StoredController?> LoadAsync(string controller) => Failure is { } failure ? Task.FromException<StoredController?>(new ControllerStoreException(failure)) : Task.FromResult(this[controller]);

    public Task SaveAsync(ControllerCheckpoint checkpoint)
    {
        lock (_lock)
        {
            _saves++;
            if (Fatal is { } fatal)
                return Task.FromException(fatal);
            if (Failure is { } failure)
                return Task.FromException(new ControllerStoreException(failure));
            if (IsImmediate)
            {
                Apply(checkpoint);
                return Task.CompletedTask;
            }
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _pending.Enqueue((checkpoint, done));
            return done.Task;
        }
    }

    /// <summary>Makes the oldest checkpoint durable.</summary>
    /// <param name="isTold">Whether anybody hears of it.</param>
    public void Commit(bool isTold = true)
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            (var checkpoint, done) = _pending.Dequeue();
            Apply(checkpoint);
        }
        if (isTold)
            done.SetResult();
    }

    /// <summary>Fails the oldest checkpoint.</summary>
    public void Fail(string message)
    {
        TaskCompletionSource done;
        lock (_lock)
            (_, done) = _pending.Dequeue();
        done.SetException(new ControllerStoreException(message));
    }

    /// <summary>Forgets what is not durable; nobody hears of it.</summary>
    public void Kill()
    {
        lock (_lock)
            _pending.Clear();
    }

    private void Apply(ControllerCheckpoint checkpoint) => _controllers[checkpoint.Controller] = MemoryControllerStore.Apply(_controllers.GetValueOrDefault(checkpoint.Controller), checkpoint);
}
