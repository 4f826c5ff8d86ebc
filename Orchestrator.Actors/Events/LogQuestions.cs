using Akka.Actor;

namespace Orchestrator.Actors.Events;

/// <summary>What is asked of all logs at once. Logs of other nodes that do not answer are left out; the node's own has to.</summary>
public static class LogQuestions
{
    /// <summary>For an answer that need not wait for news.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>How far the clocks of nodes may be apart: what a log tells of "now" is asked for from so long before.</summary>
    public static readonly TimeSpan ClockMargin = TimeSpan.FromSeconds(2);

    /// <summary>The place at which every log ends now. One that joins or answers later is read from what it logged from now on.</summary>
    /// <exception cref="EventReadException">The node's own log does not tell.</exception>
    public static Task<EventCursor> FindEndAsync(this EventLogs logs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(logs);
        return FindAsync(logs, null, EventCursor.At(logs.Time.GetUtcNow() - ClockMargin), cancellationToken);
    }

    /// <summary>The place before what was logged at a time or later.</summary>
    /// <exception cref="EventReadException">The node's own log does not tell.</exception>
    public static Task<EventCursor> FindAsync(this EventLogs logs, DateTimeOffset since, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(logs);
        return FindAsync(logs, since, EventCursor.At(since), cancellationToken);
    }

    /// <summary>How many events the logs that answer have behind a cursor; <see langword="null"/> if the node's own does not.</summary>
    public static async Task<long?> LagAsync(this EventLogs logs, EventCursor cursor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        try
        {
            var end = await logs.FindEndAsync(cancellationToken).ConfigureAwait(false);
            return end.Hosts.Sum(host => Math.Max(0, end[host].Sequence - cursor[host].Sequence));
        }
        catch (Exception e) when (e is EventReadException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The first event that every log has behind a place; as <see cref="AskAllAsync"/>.</summary>
    public static Task<(string Host, object? Answer)[]> ReadAllAsync(this EventLogs logs, Func<string, EventPosition> after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(after);
        return logs.AskAllAsync(known => new EventQueries.Read(after(known.Host), 1, Wait: false) { MaxBytes = known.IsRemote ? EventReader.RemotePageBytes : null }, cancellationToken);
    }

    /// <summary>Asks every log that is reachable.</summary>
    /// <param name="logs">The directory.</param>
    /// <param name="question">For one of them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Answers, in the order of the VmHosts; <see langword="null"/> from a log of another node that did not answer, or cannot be read.</returns>
    /// <exception cref="EventReadException">The node's own log does not answer, or cannot be read.</exception>
    public static Task<(string Host, object? Answer)[]> AskAllAsync(this EventLogs logs, Func<KnownLog, object> question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(question);
        return Task.WhenAll(logs.All.Values.Select(known => AskAsync(logs, known, question(known), cancellationToken)));
    }

    private static async Task<EventCursor> FindAsync(EventLogs logs, DateTimeOffset? since, EventCursor from, CancellationToken cancellationToken)
    {
        var cursor = from;
        foreach (var (host, answer) in await logs.AskAllAsync(_ => new EventQueries.Find(since), cancellationToken).ConfigureAwait(false))
        {
            if (answer is EventReplies.Found found)
                cursor = cursor.With(host, found.Position);
        }
        return cursor;
    }

    private static async Task<(string Host, object? Answer)> AskAsync(EventLogs logs, KnownLog known, object question, CancellationToken cancellationToken)
    {
        if (!known.IsReachable)
            return (known.Host, null);
        var answer = await known.Log.AskWithinAsync(question, Timeout, logs.Time, cancellationToken).ConfigureAwait(false);
        if (answer is not EventReplies.Failed failed)
            return (known.Host, answer);
        return known.IsRemote ? (known.Host, null) : throw new EventReadException(known.Host, failed.Message);
    }

    /// <summary>Asks a log that may not answer: that is a <see cref="EventReplies.Failed"/>, too.</summary>
    internal static async Task<object> AskWithinAsync(this IActorRef log, object question, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await log.Ask<object>(question, System.Threading.Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new EventReplies.Failed($"it does not answer within {timeout.TotalSeconds:0} s");
        }
    }
}
