using System.Diagnostics.CodeAnalysis;
using Orchestrator.Actors.FanOut.Storage;

namespace Orchestrator.Host.Storage;

/// <summary>
/// What waits for a store's threads. They sleep as soon as nothing does: <see cref="System.Collections.Concurrent.BlockingCollection{T}"/> looks again and again
/// before it sleeps, which took a tenth of a busy node's CPU time from those who had work.
/// </summary>
/// <param name="limit">How many may wait.</param>
internal sealed class StoreQueue<T>(int limit)
{
    private readonly Queue<T> _waiting = new();
    private int _sleepers;
    private bool _isClosed;

    /// <summary>Takes one in.</summary>
    /// <param name="item">For the threads.</param>
    /// <param name="refusal">Why not: too much is waiting, or the store is closed.</param>
    public bool TryAdd(T item, [NotNullWhen(false)] out JobStoreException? refusal)
    {
        lock (_waiting)
        {
            refusal = _isClosed ? StoreFailures.Stopping() : _waiting.Count >= limit ? StoreFailures.TooMuch(limit) : null;
            if (refusal is not null)
                return false;
            _waiting.Enqueue(item);
            if (_sleepers > 0)
                Monitor.Pulse(_waiting);
            return true;
        }
    }

    /// <summary>Takes nothing more in.</summary>
    public void Close()
    {
        lock (_waiting)
        {
            _isClosed = true;
            Monitor.PulseAll(_waiting);
        }
    }

    /// <summary>The oldest one, as soon as there is one; none when the queue is closed and empty.</summary>
    public bool Wait([MaybeNullWhen(false)] out T item)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !_isClosed)
            {
                _sleepers++;
                Monitor.Wait(_waiting);
                _sleepers--;
            }
            return _waiting.TryDequeue(out item);
        }
    }

    /// <summary>The oldest one, if any waits.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_waiting)
            return _waiting.TryDequeue(out item);
    }
}
