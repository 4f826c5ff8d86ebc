using Orchestrator.Actors.Events.Wire;

namespace Orchestrator.Actors.Events;

/// <summary>Makes pages fit for the way to another node.</summary>
internal static class EventPages
{
    /// <summary>Bytes of one event between nodes; the data of a larger one stay behind.</summary>
    public const int MaxEventBytes = 100_000;

    /// <summary>A page as its reader asked for it: of a reader on the same node as it is; else what its filter lets pass, up to so many bytes, and one event at least.</summary>
    public static EventReplies.Page Fit(EventReplies.Page page, EventQueries.Read read)
    {
        if (read.MaxBytes is not { } maxBytes)
            return page;
        var (fit, bytes) = (new List<FleetEvent>(), 0);
        for (var at = 0; at < page.Events.Count; at++)
        {
            if (read.Filter?.Matches(page.Events[at]) == false)
                continue;
            var (happened, size) = Measure(page.Events[at]);
            if (fit.Count > 0 && bytes + size > maxBytes)
                return page with { Events = fit, Next = page.Events[at - 1].Position, IsCaughtUp = false };
            fit.Add(happened);
            bytes += size;
        }
        return page with { Events = fit };
    }

    private static (FleetEvent Event, int Bytes) Measure(FleetEvent happened)
    {
        var size = EventSize.Of(happened);
        if (size <= MaxEventBytes)
            return (happened, size);
        var cut = happened with { Data = EventSize.CutData(happened.Data.Length) };
        size = EventSize.Of(cut);
        if (size > MaxEventBytes)
        {
            cut = cut with { Seen = null };
            size = EventSize.Of(cut);
        }
        return (cut, size);
    }
}
