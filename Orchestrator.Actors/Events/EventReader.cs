using Akka.Actor;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Events;

/// <summary>
/// Reads the merged stream of event logs from a cursor on: each log in its own order, whichever has news first. Pulls a page at a time, so a reader
/// that stops costs nothing but its place. Not for two readers at once.
/// </summary>
/// <param name="logs">The <see cref="EventLog"/>s by VmHost.</param>
/// <param name="from">Where to begin; <see langword="null"/>: what comes from now on.</param>
/// <param name="pageSize">Most events of one page, from 1 up.</param>
/// <param name="filter">What the reader wants: pages have other events too, but a few that it does not want make no page.</param>
public sealed class EventReader(IReadOnlyDictionary<string, IActorRef> logs, EventCursor? from, int pageSize, EventFilter? filter = null)
{
    private readonly Dictionary<string, Task<object>> _asked = new(StringComparer.Ordinal);

    /// <summary>What has been read.</summary>
    public EventCursor Cursor { get; private set; } = from ?? EventCursor.Beginning;

    /// <summary>Asks every log for its first page, so that nothing is missed that happens after this call.</summary>
    public void Begin(CancellationToken cancellationToken)
    {
        foreach (var host in logs.Keys)
            Ask(host, wait: true, cancellationToken);
    }

    /// <summary>The next page of whichever log has one first.</summary>
    /// <exception cref="EventReadException">A log cannot be read; the next call asks it again.</exception>
    public async Task<EventPage> ReadAsync(CancellationToken cancellationToken)
    {
        foreach (var host in logs.Keys.Where(host => !_asked.ContainsKey(host)))
            Ask(host, wait: true, cancellationToken);
        var first = await Task.WhenAny(_asked.Values).WaitAsync(cancellationToken).ConfigureAwait(false);
        var (answered, _) = _asked.First(asked => asked.Value == first);
        _asked.Remove(answered);
        return Take(answered, await first.ConfigureAwait(false));
    }

    /// <summary>What one log has after the cursor now, without waiting; <see langword="null"/> when there is nothing more.</summary>
    /// <exception cref="EventReadException">The log cannot be read.</exception>
    public async Task<EventPage?> ReadKeptAsync(string host, CancellationToken cancellationToken)
    {
        Ask(host, wait: false, cancellationToken);
        _asked.Remove(host, out var asked);
        var page = Take(host, await asked!.ConfigureAwait(false));
        return page is { Events.Count: 0, Gap: null } ? null : page;
    }

    private EventPage Take(string host, object answer)
    {
        if (answer is not EventReplies.Page page)
            throw new EventReadException(host, answer is EventReplies.Failed failed ? failed.Message : $"an answer that nobody knows: {answer}");
        Cursor = Cursor.With(host, page.Next);
        return new EventPage(host, page.Events, page.Gap, page.IsCaughtUp, Cursor);
    }

    private void Ask(string host, bool wait, CancellationToken cancellationToken)
    {
        EventPosition? after = from is null && !Cursor.Hosts.Contains(host) ? null : Cursor[host];
        _asked[host] = logs[host].Ask<object>(new EventQueries.Read(after, pageSize, wait, filter), Timeout.InfiniteTimeSpan, cancellationToken);
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
