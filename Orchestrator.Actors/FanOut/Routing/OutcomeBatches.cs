namespace Orchestrator.Actors.FanOut.Routing;

/// <summary>Outcomes that went out together, until they are acknowledged.</summary>
/// <param name="Number">Tells one from another within the job and the node's process.</param>
/// <param name="Items">Never changed.</param>
internal sealed record OutcomeBatch(long Number, IReadOnlyList<RoutedOutcome> Items)
{
    /// <summary>What they hold in memory, in bytes.</summary>
    public required long Held { get; init; }

    /// <summary>When it is sent again, on the router's clock.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Times { get; set; }
}

/// <summary>
/// The ended targets of one job on one node: cut into batches that fit a message, each sent until it is acknowledged. Knows no clock but what it is
/// told. Owned by a <see cref="RoutedJob"/>.
/// </summary>
internal sealed class OutcomeBatches
{
    private static readonly BackOff Pauses = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));

    private readonly SortedDictionary<long, OutcomeBatch> _sent = [];
    private List<RoutedOutcome> _open = [];
    private long _openHeld;
    private int _openSize;
    private long _last;

    /// <summary>Bytes that all of it holds in memory.</summary>
    public long Held { get; private set; }

    /// <summary>Whether all is acknowledged.</summary>
    public bool IsEmpty => _open.Count == 0 && _sent.Count == 0;

    /// <summary>Whether the next one would not fit into the same message.</summary>
    public bool IsFull => _open.Count >= WireLimits.MaxItems || _openSize >= WireLimits.MaxOutcomes;

    /// <summary>Takes one in; it goes with the next <see cref="Close"/>.</summary>
    /// <returns>Earlier ones that have to go by themselves, because it does not fit beside them; else <see langword="null"/>.</returns>
    public OutcomeBatch? Add(RoutedOutcome outcome, TimeSpan now)
    {
        var (size, held) = (WireLimits.SizeOf(outcome.Outcome), WireLimits.HeldBy(outcome.Outcome));
        var before = _open.Count > 0 && _openSize + size > WireLimits.MaxOutcomes ? Close(now) : null;
        _open.Add(outcome);
        _openSize += size;
        _openHeld += held;
        Held += held;
        return before;
    }

    /// <summary>What has come together since, to be sent now; <see langword="null"/> if nothing has.</summary>
    public OutcomeBatch? Close(TimeSpan now)
    {
        if (_open.Count == 0)
            return null;
        var batch = new OutcomeBatch(++_last, _open) { Held = _openHeld };
        (_open, _openHeld, _openSize) = ([], 0, 0);
        _sent.Add(batch.Number, batch);
        Sent(batch, now);
        return batch;
    }

    /// <summary>Somebody has it on disk.</summary>
    public void Acknowledge(long number)
    {
        if (_sent.Remove(number, out var batch))
            Held -= batch.Held;
    }

    /// <summary>Those that are to be sent again. They count as sent.</summary>
    public IReadOnlyList<OutcomeBatch> TakeDue(TimeSpan now)
    {
        var due = _sent.Values.Where(batch => batch.Due <= now).ToArray();
        foreach (var batch in due)
            Sent(batch, now);
        return due;
    }

    /// <summary>The job has another receiver, or can be reached again: all is sent again at once.</summary>
    public IReadOnlyList<OutcomeBatch> TakeAll(TimeSpan now)
    {
        foreach (var batch in _sent.Values)
        {
            batch.Times = 0;
            Sent(batch, now);
        }
        return [.. _sent.Values];
    }

    private static void Sent(OutcomeBatch batch, TimeSpan now) => batch.Due = now + Pauses.After(++batch.Times);
}
