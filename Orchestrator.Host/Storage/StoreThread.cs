using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>A thread that may wait for the disk: the pool's threads are the actors'.</summary>
internal sealed class StoreThread : IAsyncDisposable
{
    private readonly StoreQueue<Action> _waiting;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<Exception, JobStoreException> _explain;

    /// <param name="name">Of the thread.</param>
    /// <param name="maxWaiting">Calls that may wait.</param>
    /// <param name="explain">What is told to the callers.</param>
    public StoreThread(string name, int maxWaiting, Func<Exception, JobStoreException> explain)
    {
        _explain = explain;
        _waiting = new StoreQueue<Action>(maxWaiting);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Calls on the thread, in the order they came.</summary>
    /// <exception cref="JobStoreException">It failed, or too much is waiting, or the store is closed.</exception>
    public Task<T> RunAsync<T>(Func<T> call)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(() => Answer(done, call), out var refusal))
            done.SetException(refusal);
        return done.Task;
    }

    /// <summary>Ends after what is waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Close();
        await _ended.Task.ConfigureAwait(false);
    }

    private void Run()
    {
        while (_waiting.Wait(out var call))
            call();
        _ended.SetResult();
    }

    private void Answer<T>(TaskCompletionSource<T> done, Func<T> call)
    {
        try
        {
            done.SetResult(call());
        }
        catch (Exception e)
        {
            done.SetException(e as JobStoreException ?? _explain(e));
        }
    }
}
