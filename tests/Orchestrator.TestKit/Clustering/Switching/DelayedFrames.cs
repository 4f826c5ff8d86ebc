namespace Orchestrator.TestKit.Clustering.Switching;

/// <summary>Frames on a slow link: each leaves when its time has come, those of the same moment in their order. The switch's thread alone uses it.</summary>
/// <param name="capacity">Frames at a time; what comes beyond is lost, as in a full queue of a router.</param>
public sealed class DelayedFrames(int capacity)
{
    private readonly PriorityQueue<(int Port, byte[] Frame), (TimeSpan Due, long Order)> _queue = new();
    private long _order;

    /// <summary>Keeps a copy of a frame; <see langword="false"/> if there is no room and it is lost.</summary>
    public bool TryAdd(TimeSpan due, int port, ReadOnlySpan<byte> frame)
    {
        if (_queue.Count >= capacity)
            return false;
        _queue.Enqueue((port, frame.ToArray()), (due, _order++));
        return true;
    }

    /// <summary>The next frame whose time has come.</summary>
    public bool TryTake(TimeSpan now, out int port, out byte[] frame)
    {
        if (_queue.TryPeek(out var next, out var at) && at.Due <= now)
        {
            _queue.Dequeue();
            (port, frame) = next;
            return true;
        }
        (port, frame) = (-1, []);
        return false;
    }

    /// <summary>Until the next frame's time comes; <see langword="null"/> if there is none.</summary>
    public TimeSpan? Wait(TimeSpan now) => _queue.TryPeek(out _, out var at) ? (at.Due > now ? at.Due - now : TimeSpan.Zero) : null;
}
