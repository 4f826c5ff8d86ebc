using Orchestrator.Actors.Events.Storage;

namespace Orchestrator.Actors.Events;

/// <summary>The lives of a log: what a reader's place means in it. Immutable.</summary>
internal sealed class EventEpochs(IReadOnlyList<EventEpoch> epochs)
{
    /// <summary>The place before all events after a sequence.</summary>
    public EventPosition PositionAt(long sequence) => new(epochs.LastOrDefault(epoch => epoch.From <= sequence + 1, epochs[0]).Id, sequence);

    /// <summary>Where a reader goes on.</summary>
    /// <param name="position">What it has.</param>
    /// <param name="first">Oldest sequence kept.</param>
    /// <param name="last">Newest sequence given.</param>
    /// <returns>The sequence to read after, and what the reader misses.</returns>
    public (long After, EventGap? Gap) Resolve(EventPosition position, long first, long last)
    {
        if (position.Epoch == 0)
            return (first - 1, null);
        var at = epochs.TakeWhile(epoch => epoch.Id != position.Epoch).Count();
        if (at == epochs.Count || (at == epochs.Count - 1 && position.Sequence > last))
            return (first - 1, new EventGap(first, first - 1, EventGapCause.Foreign));
        if (at < epochs.Count - 1 && position.Sequence >= epochs[at + 1].From)
            return Kept(epochs[at + 1].From - 1, first, new EventGap(epochs[at + 1].From, epochs[at + 1].From - 1, EventGapCause.Cut));
        return Kept(position.Sequence, first, null);
    }

    /// <summary>Answers with what was found after a sequence: up to the first that is missing.</summary>
    /// <param name="after">What the reader has.</param>
    /// <param name="found">In order.</param>
    /// <param name="next">Where events are known again if nothing was found.</param>
    /// <param name="gap">What the reader misses already.</param>
    /// <param name="shown">Newest sequence that readers see.</param>
    public EventReplies.Page Page(long after, IReadOnlyList<FleetEvent> found, long next, EventGap? gap, long shown)
    {
        var from = found.Count > 0 ? found[0].Sequence : next;
        if (from > after + 1)
            (gap, after) = (gap is null ? new EventGap(after + 1, from - 1, EventGapCause.Dropped) : gap with { To = from - 1 }, from - 1);
        var whole = 0;
        while (whole < found.Count && found[whole].Sequence == after + 1 + whole)
            whole++;
        var events = whole == found.Count ? found : [.. found.Take(whole)];
        return new EventReplies.Page([.. events.Select(happened => happened with { Epoch = PositionAt(happened.Sequence - 1).Epoch })], PositionAt(after + whole), gap, after + whole >= shown);
    }

    private static (long After, EventGap? Gap) Kept(long after, long first, EventGap? gap) =>
        after >= first - 1 ? (after, gap) : (first - 1, new EventGap(after + 1, first - 1, gap?.Cause ?? EventGapCause.Expired));
}
