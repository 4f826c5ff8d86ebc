using System.Collections.Immutable;
using Akka.Actor;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Events;

/// <summary>
/// Reads the merged stream of event logs from a cursor on: each log in its own order, whichever has news first. Pulls a page at a time, so a reader
/// that stops costs nothing but its place. A log of another node that does not answer delays no other: the reader is told, and told again when it
/// goes on. Not for two readers at once.
/// </summary>
/// <param name="logs">Which logs there are; it may change while they are read.</param>
/// <param name="from">Where to begin.</param>
/// <param name="pageSize">Most events of one page, from 1 up.</param>
/// <param name="filter">What the reader wants: pages have other events too, but a few that it does not want make no page.</param>
public sealed class EventReader(EventLogs logs, EventCursor from, int pageSize, EventFilter? filter = null)
{
    /// <summary>How long a log of another node is left to wait for an event before it is asked anew.</summary>
    public static readonly TimeSpan RemotePatience = TimeSpan.FromSeconds(20);

    /// <summary>Bytes of events in one page between nodes; a single larger event comes alone.</summary>
    public const int RemotePageBytes = 48 << 10;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, LogPlace> _places = new(StringComparer.Ordinal);
    private readonly Queue<EventPage> _told = new();
    private ImmutableSortedDictionary<string, KnownLog>? _followed;
    private long _served;

    /// <summary>What has been read.</summary>
    public EventCursor Cursor { get; private set; } = from;

    /// <summary>VmHosts whose logs the reader waits for, by name: it was told so.</summary>
    public IReadOnlyList<string> Stalled => [.. _places.Where(place => place.Value.Stalled is not null && logs.All.ContainsKey(place.Key)).Select(place => place.Key).Order(StringComparer.Ordinal)];

    /// <summary>The next page of whichever log has one first, or a notice.</summary>
    /// <exception cref="EventReadException">The node's own log cannot be read; the next call asks it again.</exception>
    public async Task<EventPage> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var known = logs.All;
            Follow(known);
            if (_told.TryDequeue(out var told))
                return told;
            foreach (var place in _places.Values.Where(place => place.Known.IsReachable && place.Asked is null))
                Ask(place, wait: true, cancellationToken);
            await logs.WaitAsync(known, _places.Values.Select(place => place.Asked).OfType<Task>(), cancellationToken).ConfigureAwait(false);
            if (_places.Values.Where(place => place.Asked is { IsCompleted: true }).MinBy(place => place.Served) is { } answered && await TakeAsync(answered, cancellationToken).ConfigureAwait(false) is { } page)
                return page;
        }
    }

    /// <summary>What one log has after the cursor now, without waiting; <see langword="null"/> when there is nothing more, or it does not answer, of which a notice has told.</summary>
    /// <exception cref="EventReadException">The node's own log cannot be read.</exception>
    public async Task<EventPage?> ReadKeptAsync(string host, CancellationToken cancellationToken)
    {
        Follow(logs.All);
        if (_told.TryDequeue(out var told))
            return told;
        if (!_places.TryGetValue(host, out var place) || !place.Known.IsReachable)
            return null;
        Ask(place, wait: false, cancellationToken);
        var page = await TakeAsync(place, cancellationToken).ConfigureAwait(false);
        return page is { Events.Count: 0, Gap: null, Notice: null } ? null : page;
    }

    /// <summary>Takes over what has changed in the directory.</summary>
    private void Follow(ImmutableSortedDictionary<string, KnownLog> known)
    {
        if (known == _followed)
            return;
        _followed = known;
        foreach (var host in _places.Keys.Where(host => !known.ContainsKey(host)).ToArray())
        {
            _places[host].Leave();
            _places.Remove(host);
        }
        foreach (var (host, log) in known)
        {
            if (!_places.TryGetValue(host, out var place))
                _places.Add(host, place = new LogPlace(log));
            else if (place.Known != log)
                place.Move(log);
            if (log.UnreachableSince is { } since)
                Stall(place, since, "its node does not answer");
        }
    }

    private async Task<EventPage?> TakeAsync(LogPlace place, CancellationToken cancellationToken)
    {
        place.Served = ++_served;
        return await place.TakeAsync(cancellationToken).ConfigureAwait(false) switch
        {
            EventReplies.Page page => Take(place, page),
            EventReplies.Failed failed when place.Known.IsRemote => Fail(place, failed.Message),
            EventReplies.Failed failed => throw new EventReadException(place.Known.Host, failed.Message),
            null => null,
            var unknown => throw new EventReadException(place.Known.Host, $"an answer that nobody knows: {unknown}"),
        };
    }

    private EventPage? Take(LogPlace place, EventReplies.Page answer)
    {
        var host = place.Known.Host;
        var isNews = answer.Events.Count > 0 || answer.Gap is not null || !place.Known.IsRemote || answer.Next != Cursor[host];
        var before = Cursor;
        Cursor = Cursor.With(host, answer.Next);
        var page = new EventPage(host, answer.Events, answer.Gap, answer.IsCaughtUp, Cursor);
        if (place.Resume() is not { } stalled)
            return isNews ? page : null;
        if (isNews)
            _told.Enqueue(page);
        return PageOf(stalled with { Kind = StreamNoticeKind.Resumed }, before);
    }

    private EventPage? Fail(LogPlace place, string reason)
    {
        place.Fail(RetryPause);
        Stall(place, place.AskedAt, reason);
        return _told.TryDequeue(out var told) ? told : null;
    }

    private void Stall(LogPlace place, DateTimeOffset since, string reason)
    {
        if (place.Stalled is not null)
            return;
        place.Stalled = new StreamNotice(StreamNoticeKind.Stalled, place.Known.Host, since, reason);
        _told.Enqueue(PageOf(place.Stalled, Cursor));
    }

    private static EventPage PageOf(StreamNotice notice, EventCursor cursor) => new(notice.Host, [], null, IsCaughtUp: false, cursor) { Notice = notice };

    private void Ask(LogPlace place, bool wait, CancellationToken cancellationToken)
    {
        var (known, cursor) = (place.Known, Cursor);
        // Whether a log answers again is told at once, not with its next event.
        var read = new EventQueries.Read(cursor[known.Host], pageSize, wait && place.Stalled is null, filter);
        if (!known.IsRemote && (cursor.Since is null || cursor.Names(known.Host)))
            place.Ask(read, cancellationToken);
        else
            place.Ask((pause, token) => AskAsync(known, read, cursor, pause, token), logs.Time.GetUtcNow(), cancellationToken);
    }

    private async Task<object> AskAsync(KnownLog known, EventQueries.Read read, EventCursor cursor, TimeSpan pause, CancellationToken cancellationToken)
    {
        if (pause > TimeSpan.Zero)
            await Task.Delay(pause, logs.Time, cancellationToken).ConfigureAwait(false);
        if (cursor.Since is { } since && !cursor.Names(known.Host))
        {
            var answer = await known.Log.AskWithinAsync(new EventQueries.Find(since), LogQuestions.Timeout, logs.Time, cancellationToken).ConfigureAwait(false);
            if (answer is not EventReplies.Found found)
                return answer;
            read = read with { After = found.Position };
        }
        if (!known.IsRemote)
            return await known.Log.Ask<object>(read, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        var patience = read.Wait ? RemotePatience : TimeSpan.Zero;
        return await known.Log.AskWithinAsync(read with { Patience = read.Wait ? patience : null, MaxBytes = RemotePageBytes }, patience + LogQuestions.Timeout, logs.Time, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A part of the merged stream, all of one log.</summary>
/// <param name="Host">VmHost of the log.</param>
/// <param name="Events">In order; possibly none.</param>
/// <param name="Gap">What is missing before them.</param>
/// <param name="IsCaughtUp">Whether that log had no more than this.</param>
/// <param name="Cursor">After all of it.</param>
public sealed record EventPage(string Host, IReadOnlyList<FleetEvent> Events, EventGap? Gap, bool IsCaughtUp, EventCursor Cursor)
{
    /// <summary>That the log does not answer, or does again; then there are neither events nor a gap.</summary>
    public StreamNotice? Notice { get; init; }

    /// <summary>The cursor after one of its events.</summary>
    public EventCursor CursorAfter(FleetEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return Cursor.With(Host, happened.Position);
    }
}

/// <summary>An event log cannot be read now.</summary>
public sealed class EventReadException(string host, string message) : Exception($"the event log of {host}: {message}")
{
    /// <summary>VmHost of the log.</summary>
    public string Host { get; } = host;
}
