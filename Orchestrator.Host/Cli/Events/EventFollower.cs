using System.Text.Json;
using Orchestrator.Host.Cli.Connection;

namespace Orchestrator.Host.Cli.Events;

/// <summary>Follows a server's events over restarts of the server: connects anew behind the last event that it had.</summary>
/// <param name="server">Whom to ask.</param>
/// <param name="source">For what.</param>
/// <param name="patience">How long to try, from the end of a stream on.</param>
/// <param name="time">Measures it.</param>
internal sealed class EventFollower(ServerClient server, EventSource source, TimeSpan patience, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(1);
    private string? _failure;
    private bool _hasBegun;
    private bool _hasNews;

    /// <summary>Behind what was shown last; <see langword="null"/> before the first stream.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Shows every event until the cancellation.</summary>
    /// <exception cref="CliException">The server refuses, or is not back in time.</exception>
    public async Task FollowAsync(Action<JsonElement> show, CancellationToken cancellation)
    {
        for (var (since, pause) = (time.GetTimestamp(), FirstPause); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var failure = await ReadAsync(show, cancellation);
            if (_hasNews)
                (since, pause, _hasNews) = (time.GetTimestamp(), FirstPause, false);
            if (time.GetElapsedTime(since) + pause > patience)
                throw new CliException(ExitCodes.Error, failure);
            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <summary>Reads one stream to its end.</summary>
    /// <returns>Why it ended.</returns>
    private async Task<string> ReadAsync(Action<JsonElement> show, CancellationToken cancellation)
    {
        _failure = "the server ended the stream of events: it is stopping";
        var opened = (long?)null;
        try
        {
            var path = Cursor is null ? source.Path() : source.Behind(Cursor).Path();
            using var stream = await server.OpenAsync(HttpMethod.Get, path, null, cancellation);
            (_hasBegun, opened, Cursor) = (true, time.GetTimestamp(), Cursor ?? stream.Header("Event-Cursor"));
            await foreach (var entry in stream.ReadAsync(cancellation))
                Show(entry, show);
        }
        catch (CliException e) when (e.Problem is { } problem && problem.Text("resyncFrom") is { } resyncFrom && resyncFrom != Cursor)
        {
            Show(EventLine.GapOf(e.Message, resyncFrom, problem.Text("cause")), show);
            return await ReadAsync(show, cancellation);
        }
        catch (CliException e) when (_hasBegun && (e.Problem is null || e.Problem?.Number("status") >= 500))
        {
            return e.Message;
        }
        finally
        {
            _hasNews |= opened is { } begin && time.GetElapsedTime(begin) >= Lasting;
        }
        return _failure;
    }

    private void Show(JsonElement entry, Action<JsonElement> show)
    {
        if (entry.Text("type") == EventLine.Error)
            _failure = entry.Member("data")?.Text("detail") ?? _failure;
        show(entry);
        _hasNews = true;
        Cursor = entry.Text("cursor") ?? Cursor;
    }
}
