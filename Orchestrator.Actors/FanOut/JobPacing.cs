namespace Orchestrator.Actors.FanOut;

/// <summary>
/// Which targets of a job may begin now: waves, concurrency, rate, and how many may be under way without a sign. A state machine without a clock: its
/// answers depend on what it was told alone. Compact: a few bytes per target. Owned by a <see cref="JobActor"/>.
/// </summary>
internal sealed class JobPacing
{
    private readonly JobPace _pace;
    private readonly PaceWindow? _window;
    private readonly int _maxActive;
    private readonly PaceLane[] _lanes;
    private readonly int[] _laneOf;
    private readonly Stage[] _stages;
    private readonly PaceWaves _waves;
    private readonly PaceTokens _tokens;
    private readonly PriorityQueue<int, TimeSpan> _retries = new();
    private readonly Queue<(int Ordinal, TimeSpan Until)> _unconfirmed = new();
    private int _turn;
    private int _active;
    private int _waiting;
    private bool _isRestBegun;

    private enum Stage : byte
    {
        Waiting,
        Unconfirmed,
        Confirmed,
        Done,
    }

    /// <param name="hosts">Each target's VmHost.</param>
    /// <param name="pace">How fast.</param>
    /// <param name="window">How many may be without a sign, per VmHost; <see langword="null"/> for any number.</param>
    public JobPacing(IReadOnlyList<string> hosts, JobPace pace, PaceWindow? window = null)
    {
        (_pace, _window) = (pace, window);
        _maxActive = pace.MaxConcurrency?.Of(hosts.Count) ?? int.MaxValue;
        _laneOf = new int[hosts.Count];
        _stages = new Stage[hosts.Count];
        var lanes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var ordinal = 0; ordinal < hosts.Count; ordinal++)
        {
            if (!lanes.TryGetValue(hosts[ordinal], out _laneOf[ordinal]))
                lanes.Add(hosts[ordinal], _laneOf[ordinal] = lanes.Count);
        }
        _lanes = [.. lanes.Select(_ => new PaceLane())];
        _waves = new PaceWaves(pace, hosts.Count);
        _tokens = new PaceTokens(pace.Rate);
        _waiting = hosts.Count;
    }

    /// <summary>Targets that have not begun, or are to begin again.</summary>
    public int Waiting => _waiting;

    /// <summary>Whether only the first targets have begun, whose outcomes decide on the rest.</summary>
    public bool IsCanary => _waves.IsCanary && !_isRestBegun;

    /// <summary>Before the first <see cref="Take"/>: a target that has its outcome already, or is under way.</summary>
    public void Restore(int ordinal, bool isDone)
    {
        _waiting--;
        _stages[ordinal] = isDone ? Stage.Done : Stage.Confirmed;
        _isRestBegun |= ordinal >= _waves.RestFrom;
        if (isDone)
            return;
        _active++;
        _lanes[_laneOf[ordinal]].Active++;
    }

    /// <summary>What may begin now; it counts as begun.</summary>
    /// <param name="now">Never earlier than the last time.</param>
    public PaceStep Take(TimeSpan now)
    {
        ReleaseSilent(now);
        while (_retries.TryPeek(out var again, out var due) && due <= now)
            _lanes[_laneOf[_retries.Dequeue()]].Waiting.Enqueue(again);
        while (_waves.TryOpen(now, IsDone, out var from, out var to))
        {
            for (var ordinal = from; ordinal < to; ordinal++)
            {
                if (_stages[ordinal] == Stage.Waiting)
                    _lanes[_laneOf[ordinal]].Waiting.Enqueue(ordinal);
            }
        }
        _tokens.Refill(now);
        var begun = new List<int>();
        for (var idle = 0; idle < _lanes.Length && _active < _maxActive && _tokens.HasOne;)
        {
            var lane = _lanes[_turn];
            _turn = (_turn + 1) % _lanes.Length;
            if (lane.Waiting.Count == 0 || !HasRoom(lane))
            {
                idle++;
                continue;
            }
            idle = 0;
            begun.Add(Begin(lane, now));
        }
        return new PaceStep(begun, NextLook(now));
    }

    /// <summary>The target showed a sign of what became of its command: it is known to be begun, or known to be held back.</summary>
    public void Confirm(int ordinal)
    {
        if (_stages[ordinal] != Stage.Unconfirmed)
            return;
        _stages[ordinal] = Stage.Confirmed;
        _lanes[_laneOf[ordinal]].Unconfirmed--;
    }

    /// <summary>The target has its outcome.</summary>
    public void End(int ordinal, TimeSpan now)
    {
        Leave(ordinal);
        _stages[ordinal] = Stage.Done;
        _waves.End(ordinal, now);
    }

    /// <summary>The target begins once more, not before <paramref name="at"/>; its wave waits for it.</summary>
    public void Retry(int ordinal, TimeSpan at)
    {
        Leave(ordinal);
        _stages[ordinal] = Stage.Waiting;
        _waiting++;
        _retries.Enqueue(ordinal, at);
    }

    /// <summary>Takes out all that have not begun: nothing begins any more.</summary>
    public IReadOnlyList<int> Drain(TimeSpan now)
    {
        var drained = Enumerable.Range(0, _stages.Length).Where(ordinal => _stages[ordinal] == Stage.Waiting).ToArray();
        foreach (var lane in _lanes)
            lane.Waiting.Clear();
        _retries.Clear();
        _waiting = 0;
        foreach (var ordinal in drained)
        {
            _stages[ordinal] = Stage.Done;
            _waves.End(ordinal, now);
        }
        return drained;
    }

    private int Begin(PaceLane lane, TimeSpan now)
    {
        var ordinal = lane.Waiting.Dequeue();
        _tokens.Take();
        _active++;
        _waiting--;
        lane.Active++;
        if (_window is null)
        {
            _stages[ordinal] = Stage.Confirmed;
            return ordinal;
        }
        _stages[ordinal] = Stage.Unconfirmed;
        lane.Unconfirmed++;
        _unconfirmed.Enqueue((ordinal, now + _window.Patience));
        return ordinal;
    }

    private void Leave(int ordinal)
    {
        Confirm(ordinal);
        if (_stages[ordinal] != Stage.Confirmed)
            return;
        _active--;
        _lanes[_laneOf[ordinal]].Active--;
    }

    private bool HasRoom(PaceLane lane) => lane.Active < (_pace.PerHost ?? int.MaxValue) && (_window is null || lane.Unconfirmed < _window.PerHost);

    private bool IsDone(int ordinal) => _stages[ordinal] == Stage.Done;

    private void ReleaseSilent(TimeSpan now)
    {
        while (_unconfirmed.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _unconfirmed.Dequeue();
            Confirm(oldest.Ordinal);
        }
    }

    private TimeSpan? NextLook(TimeSpan now)
    {
        TimeSpan? next = _retries.TryPeek(out _, out var due) ? due - now : null;
        next = Earlier(next, _waves.OpensAt - now);
        if (_active >= _maxActive || !Array.Exists(_lanes, lane => lane.Waiting.Count > 0))
            return next;
        if (!_tokens.HasOne)
            return Earlier(next, _tokens.UntilNext);
        // All that waits is held back by its VmHost; the silent ones make room by themselves.
        while (_unconfirmed.TryPeek(out var oldest) && _stages[oldest.Ordinal] != Stage.Unconfirmed)
            _unconfirmed.Dequeue();
        return _unconfirmed.TryPeek(out var silent) ? Earlier(next, silent.Until - now) : next;
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other ?? one : one;

    private sealed class PaceLane
    {
        public Queue<int> Waiting { get; } = new();

        public int Active { get; set; }

        public int Unconfirmed { get; set; }
    }
}

/// <summary>How many invocations of a VmHost may be under way without a sign: what a killed node would not know of.</summary>
/// <param name="PerHost">At most.</param>
/// <param name="Patience">After that time a silent one makes room, so that silent VMs delay nobody.</param>
internal sealed record PaceWindow(int PerHost, TimeSpan Patience);

/// <summary>What a job does next.</summary>
/// <param name="Begin">Places in the target list.</param>
/// <param name="LookAgain">When more may begin without anything having happened; <see langword="null"/> if nothing will.</param>
internal sealed record PaceStep(IReadOnlyList<int> Begin, TimeSpan? LookAgain);
