using Orchestrator.Actors.Events;
using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/events</c>: what happens to the VMs, each VmHost's in one order (docs/EVENTS.md).</summary>
internal static class EventEndpoints
{
    /// <summary>Header of a stream: the cursor at which it begins.</summary>
    public const string StartHeader = "Event-Cursor";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/events", FollowAsync).Produces<EventView>(contentType: "application/x-ndjson");
        routes.MapGet("/v1/events/{id}", GetAsync).Produces<EventView>();
    }

    internal static async Task FollowAsync(
        string[]? type, string? target, string? filter, string? cursor, string? since, string? from, bool? initial, bool? follow, int? limit, HttpContext context, Node node, QmpSockets sockets, EventStreams streams)
    {
        using var place = streams.Take();
        var request = new EventRequest { Type = type, Target = target, Filter = filter, Cursor = cursor, Since = since, From = from, Initial = initial == true };
        var query = QueryOf(request, context.Request, node.Time) with { Follow = follow != false, Limit = limit is null or > 0 ? limit : throw new RequestException("invalid-request", "limit is a number from 1 up") };
        using var feed = await EventFeed.OpenAsync(node, sockets, query, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers[StartHeader] = feed.Start.ToString();
        var stream = await JsonStream.StartAsync(context, node.Time, Retry).ConfigureAwait(false);
        while (!feed.HasEnded)
        {
            foreach (var item in await NextAsync(feed, stream, node, context.RequestAborted).ConfigureAwait(false))
            {
                stream.Write(item.Kind, item.Cursor, item.View, ApiJson.Default.EventView);
                if (item.Kind == EventItem.Error)
                {
                    await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                    return;
                }
            }
            await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static EventQuery QueryOf(EventRequest request, HttpRequest http, TimeProvider time)
    {
        var lastEventId = http.Headers["Last-Event-ID"].ToString();
        return lastEventId.Length == 0
            ? EventQuery.Parse(request, time)
            : EventQuery.Resume(request, lastEventId, time) with { BearsGaps = JsonStream.AsksForServerSentEvents(http) };
    }

    /// <summary>The next items; one that says why there are none when the log cannot be read.</summary>
    private static async Task<IReadOnlyList<EventItem>> NextAsync(EventFeed feed, JsonStream stream, Node node, CancellationToken cancellationToken)
    {
        try
        {
            var position = feed.Position;
            return await stream.AwaitNewsAsync(feed.ReadAsync(cancellationToken), cancellationToken, position).ConfigureAwait(false);
        }
        catch (EventReadException e)
        {
            return [new EventItem(EventItem.Error, null, EventView.OfError(node.Host, Problems.Details(Problems.Unreadable(e)), feed.Cursor, node.Time.GetUtcNow()))];
        }
    }

    private static async Task<IResult> GetAsync(string id, Node node, CancellationToken cancellationToken)
    {
        if (EventPosition.TryParse(id, out var position) && position is { Epoch: > 0, Sequence: > 0 })
        {
            var answers = await node.EventLogs.ReadAllAsync(_ => position with { Sequence = position.Sequence - 1 }, cancellationToken).OrProblemAsync().ConfigureAwait(false);
            foreach (var (host, answer) in answers)
            {
                if (answer is EventReplies.Page { Events: [var happened] } && happened.Position == position)
                    return Results.Json(EventView.Of(happened, EventCursor.Beginning.With(host, position)), ApiJson.Default.EventView);
            }
            if (answers.FirstOrDefault(answer => answer.Answer is null).Host is { } silent)
                throw Problems.Unreadable(new EventReadException(silent, "its node does not answer, and no other log has the event"));
        }
        return Problems.Of("event-not-found", $"there is no event '{id}', or it is not kept any more: an id is EPOCH:SEQUENCE, and GET /v1/events?from=beginning&follow=false lists what there is");
    }
}
