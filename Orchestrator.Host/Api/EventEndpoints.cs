using System.Globalization;
using System.IO.Enumeration;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>/v1/events</c>: what happens to the VMs, in one order.</summary>
internal static class EventEndpoints
{
    private const int PageSize = 256;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/events", FollowAsync).Produces<EventView>(contentType: "application/x-ndjson");

    private static async Task FollowAsync(string? type, string? target, long? after, HttpContext context, Node node)
    {
        var selector = target is null ? null : JobRequests.ParseSelector(target);
        var next = after ?? LastEventId(context) ?? -1;
        // The position is taken before the head goes out: who has the head misses nothing that happens from then on.
        var news = ReadAsync(node, next, context.RequestAborted);
        var stream = await JsonStream.StartAsync(context, node.Time).ConfigureAwait(false);
        while (true)
        {
            var page = await stream.AwaitNewsAsync(news, context.RequestAborted).ConfigureAwait(false);
            if (page.Gap is var (from, to))
                stream.Write("gap", null, EventView.Gap(node.Host, from, to), ApiJson.Default.EventView);
            foreach (var happened in page.Events.Where(happened => Matches(happened, type, selector)))
                stream.Write("event", happened.Sequence.ToString(CultureInfo.InvariantCulture), EventView.Of(happened), ApiJson.Default.EventView);
            await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            news = ReadAsync(node, page.Next, context.RequestAborted);
        }
    }

    private static Task<EventReplies.Page> ReadAsync(Node node, long after, CancellationToken cancellationToken) =>
        node.FollowAsync<EventReplies.Page>(node.Events, new EventQueries.Read(after, PageSize), cancellationToken);

    /// <summary>A type filter is a glob over the whole type or over the event's own name.</summary>
    private static bool Matches(FleetEvent happened, string? type, TargetSelector? selector) =>
        (type is null || FileSystemName.MatchesSimpleExpression(type, happened.Type) || FileSystemName.MatchesSimpleExpression(type, happened.Name))
        && selector?.Matches(happened.Seen ?? new VmSnapshot { Id = happened.Vm, Name = happened.VmName, Host = happened.Host }) != false;

    private static long? LastEventId(HttpContext context) =>
        long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
