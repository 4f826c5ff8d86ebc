using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/events</c>: what happens to the VMs, in one order.</summary>
internal static class EventEndpoints
{
    private const int PageSize = 256;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/events", FollowAsync).Produces<EventView>(contentType: "application/x-ndjson");

    private static async Task FollowAsync(string? type, string? target, string? cursor, HttpContext context, Node node)
    {
        var filter = new EventFilter { Types = type is null ? [] : [type], Vms = target is null ? null : JobRequests.ParseSelector(target) };
        var from = CursorOf(cursor ?? context.Request.Headers["Last-Event-ID"]);
        // The position is taken before the head goes out: who has the head misses nothing that happens from then on.
        var reader = new EventReader(node.EventLogs, from, PageSize);
        reader.Begin(context.RequestAborted);
        var stream = await JsonStream.StartAsync(context, node.Time).ConfigureAwait(false);
        while (true)
        {
            var page = await stream.AwaitNewsAsync(reader.ReadAsync(context.RequestAborted), context.RequestAborted).ConfigureAwait(false);
            if (page.Gap is { } gap)
                stream.Write("gap", null, EventView.Gap(node.Host, gap), ApiJson.Default.EventView);
            foreach (var happened in page.Events.Where(filter.Matches))
                stream.Write("event", page.CursorAfter(happened).ToString(), EventView.Of(happened), ApiJson.Default.EventView);
            await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static EventCursor? CursorOf(string? text) =>
        string.IsNullOrEmpty(text) ? null : EventCursor.TryParse(text, out var cursor) ? cursor : throw new RequestException("invalid-request", "the cursor is not one that this program made");
}
