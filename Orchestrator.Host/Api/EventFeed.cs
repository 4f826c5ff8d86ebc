using Orchestrator.Actors.Events;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary>
/// What one subscriber gets, in order, pulled a page at a time: the VMs as they are, if it asked for them; what happened before; that it has caught up;
/// what happens. Nothing is read that nobody pulls. Not for two readers at once.
/// </summary>
internal sealed class EventFeed : IDisposable
{
    private const int PageSize = 256;

    private readonly Node _node;
    private readonly QmpSockets _sockets;
    private readonly EventQuery _query;
    private readonly EventCursor _end;
    private readonly EventReader _reader;
    private readonly StandingNeed? _need;
    private readonly Queue<string> _behind = new();
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private Phase _phase;
    private int _left;

    private EventFeed(Node node, QmpSockets sockets, EventQuery query, EventCursor start, EventCursor end)
    {
        (_node, _sockets, _query, Start, _end) = (node, sockets, query, start, end);
        _reader = new EventReader(node.EventLogs, start, PageSize, query.Filter);
        _need = query.Follow ? StandingNeed.Begin(node.Observation, query.Filter, node.Time) : null;
        _left = query.Limit ?? int.MaxValue;
        _phase = query.Initial ? Phase.Snapshot : query.IsFromNow && query.Follow ? Phase.Following : Phase.CatchingUp;
        if (!query.IsFromNow)
            _behind = new Queue<string>(node.EventLogs.All.Keys);
    }

    private enum Phase
    {
        Snapshot,
        CatchingUp,
        Following,
        Ended,
    }

    /// <summary>Where it began.</summary>
    public EventCursor Start { get; }

    /// <summary>What has been read.</summary>
    public EventCursor Cursor => _reader.Cursor;

    /// <summary>Where a reader that leaves now may go on, although it was told of no event; <see langword="null"/> while it has not caught up.</summary>
    public string? Position => _phase == Phase.Following ? Cursor.ToString() : null;

    /// <summary>Whether there is no more.</summary>
    public bool HasEnded => _phase == Phase.Ended;

    /// <summary>Takes its place in the stream: nothing is missed that happens from then on.</summary>
    /// <exception cref="RequestException">The events behind the cursor are gone, or a log cannot be read.</exception>
    public static async Task<EventFeed> OpenAsync(Node node, QmpSockets sockets, EventQuery query, CancellationToken cancellationToken)
    {
        var end = await node.EventLogs.FindEndAsync(cancellationToken).OrProblemAsync().ConfigureAwait(false);
        var start = query.Cursor ?? (query.FromBeginning ? EventCursor.Beginning : query.Since is { } since ? await node.EventLogs.FindAsync(since, cancellationToken).OrProblemAsync().ConfigureAwait(false) : end);
        if (query.Cursor is not null && !query.BearsGaps)
            await CheckAsync(node, start, cancellationToken).ConfigureAwait(false);
        return new EventFeed(node, sockets, query, start, end);
    }

    /// <summary>Guests are not looked at for it any more.</summary>
    public void Dispose() => _need?.Dispose();

    /// <summary>The next items, as soon as there are any; possibly none, when nothing of what was read fits.</summary>
    /// <exception cref="EventReadException">A log cannot be read.</exception>
    public async Task<IReadOnlyList<EventItem>> ReadAsync(CancellationToken cancellationToken) => _phase switch
    {
        Phase.Snapshot => await ReadSnapshotAsync(cancellationToken).ConfigureAwait(false),
        Phase.CatchingUp => await ReadKeptAsync(cancellationToken).ConfigureAwait(false),
        Phase.Following => ItemsOf(await _reader.ReadAsync(cancellationToken).ConfigureAwait(false)),
        _ => [],
    };

    private static EventCursor BeforeFirst(EventPage page) =>
        page.Cursor.With(page.Host, new EventPosition(page.Events.Count > 0 ? page.Events[0].Epoch : page.Cursor[page.Host].Epoch, page.Gap!.To));

    /// <summary>Whether every log that answers still has what comes behind a cursor.</summary>
    private static async Task CheckAsync(Node node, EventCursor cursor, CancellationToken cancellationToken)
    {
        var (resyncFrom, missing) = (cursor, (EventGap?)null);
        foreach (var (host, answer) in await node.EventLogs.ReadAllAsync(host => cursor[host], cancellationToken).OrProblemAsync().ConfigureAwait(false))
        {
            // One that does not answer now, or was not there then, tells it in the stream.
            if (answer is not EventReplies.Page { Gap: { } gap } page)
                continue;
            resyncFrom = BeforeFirst(new EventPage(host, page.Events, gap, page.IsCaughtUp, resyncFrom.With(host, page.Next)));
            missing ??= gap;
        }
        if (missing is null)
            return;
        var view = GapView.Of(missing, resyncFrom);
        throw new RequestException("cursor-expired", view.Reason) { Extensions = { ["cause"] = view.Cause, ["resyncFrom"] = view.ResyncFrom } };
    }

    private async Task<List<EventItem>> ReadSnapshotAsync(CancellationToken cancellationToken)
    {
        var selection = await _node.AskAsync<InventoryReplies.Selection>(_node.Inventory, new InventoryQueries.Select(_query.Filter.Vms), cancellationToken).ConfigureAwait(false);
        var now = _node.Time.GetUtcNow();
        List<EventItem> items = [.. selection.Entries.Select(entry => new EventItem(EventItem.Snapshot, null, EventView.OfSnapshot(VmView.Of(entry.Snapshot, _sockets.PathOf(entry.Snapshot)), now)))];
        CatchUp(items);
        return items;
    }

    private async Task<List<EventItem>> ReadKeptAsync(CancellationToken cancellationToken)
    {
        List<EventItem> items = [];
        if (_behind.TryPeek(out var host))
        {
            var page = await _reader.ReadKeptAsync(host, cancellationToken).ConfigureAwait(false);
            if (page is not null)
                items = ItemsOf(page);
            if (page is null || (page.Notice is null && (page.IsCaughtUp || (_end.Names(host) && page.Cursor[host].Sequence >= _end[host].Sequence))))
                Complete(_behind.Dequeue());
        }
        if (_behind.Count == 0 && !HasEnded)
            CatchUp(items);
        return items;
    }

    private void CatchUp(List<EventItem> items)
    {
        items.Add(new EventItem(EventItem.CaughtUp, Cursor.ToString(), EventView.OfCaughtUp(_node.Host, Without(), Cursor, _node.Time.GetUtcNow())));
        _phase = _query.Follow ? Phase.Following : Phase.Ended;
    }

    private void Complete(string host)
    {
        if (!_reader.Stalled.Contains(host))
            _complete.Add(host);
    }

    /// <summary>VmHosts that the reader has not read to the end: they did not answer.</summary>
    private IReadOnlyList<string> Without() =>
        [.. _node.EventLogs.All.Values.Where(known => !known.IsReachable || (known.IsRemote && !_end.Names(known.Host) && !_complete.Contains(known.Host))).Select(known => known.Host).Union(_reader.Stalled).Order(StringComparer.Ordinal)];

    private List<EventItem> ItemsOf(EventPage page)
    {
        List<EventItem> items = [];
        if (page.Notice is { } notice)
        {
            var view = EventView.OfNotice(notice, page.Cursor);
            items.Add(new EventItem(notice.Kind == StreamNoticeKind.Stalled ? EventItem.Stalled : EventItem.Resumed, view.Cursor, view));
        }
        if (page.Gap is { } gap)
        {
            var view = EventView.OfGap(page.Host, gap, BeforeFirst(page));
            items.Add(new EventItem(EventItem.Gap, view.Cursor, view));
        }
        foreach (var happened in page.Events.Where(_query.Filter.Matches))
        {
            var view = EventView.Of(happened, page.CursorAfter(happened));
            items.Add(new EventItem(EventItem.Event, view.Cursor, view));
            if (--_left > 0)
                continue;
            _phase = Phase.Ended;
            break;
        }
        return items;
    }
}

/// <summary>What a subscriber is told.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Cursor">To read on behind it; <see langword="null"/> where that is not possible.</param>
/// <param name="View">It.</param>
internal sealed record EventItem(string Kind, string? Cursor, EventView View)
{
    /// <summary>Something happened to a VM.</summary>
    public const string Event = "event";

    /// <summary>Events are missing.</summary>
    public const string Gap = "gap";

    /// <summary>All that there was has been told.</summary>
    public const string CaughtUp = "caughtup";

    /// <summary>A log does not answer.</summary>
    public const string Stalled = "stalled";

    /// <summary>It answers again.</summary>
    public const string Resumed = "resumed";

    /// <summary>A VM as it is.</summary>
    public const string Snapshot = "snapshot";

    /// <summary>The stream ends by a failure.</summary>
    public const string Error = "error";
}
