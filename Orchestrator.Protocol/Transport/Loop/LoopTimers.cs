using System.Diagnostics;

namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>Which of a loop's timers are due, and when the next one is. Of the loop's thread.</summary>
internal sealed class LoopTimers
{
    private readonly PriorityQueue<LoopTimer, long> _waiting = new();

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<LoopTimer> All => _waiting.UnorderedItems.Select(static item => item.Element);

    /// <summary>Takes one in that is due at a time in ticks of <see cref="Stopwatch"/>.</summary>
    public void Add(LoopTimer timer, long due) => _waiting.Enqueue(timer, due);

    /// <summary>Milliseconds until the next one is due, rounded up; -1 if there is none.</summary>
    public int UntilNext() => _waiting.TryPeek(out _, out var due)
        ? (int)Math.Clamp(Math.Ceiling(Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds), 0, int.MaxValue)
        : -1;

    /// <summary>Calls what is due.</summary>
    public void Fire()
    {
        if (_waiting.Count == 0)
            return;
        var now = Stopwatch.GetTimestamp();
        while (_waiting.TryPeek(out var timer, out var due) && due <= now)
        {
            _waiting.Dequeue();
            timer.OnDue(due, now);
        }
    }
}
