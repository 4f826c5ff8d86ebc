using Orchestrator.Host.Endpoints;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Api;

/// <summary><c>GET /v1/ws</c>: a WebSocket with any number of subscriptions to events, each at the pace of its own credit (docs/EVENTS.md).</summary>
internal static class EventWebSocket
{
    private static readonly WebSocketAcceptContext Pings = new() { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/ws", ServeAsync);

    private static async Task ServeAsync(HttpContext context, Node node, QmpSockets sockets, EventStreams streams, IHostApplicationLifetime lifetime)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw new RequestException("invalid-request", "this is a WebSocket: ask for it with Upgrade: websocket, or follow events with GET /v1/events");
        using var place = streams.Take();
        using var socket = await context.WebSockets.AcceptWebSocketAsync(Pings).ConfigureAwait(false);
        await using var session = new EventSocketSession(socket, (query, cancellation) => EventFeed.OpenAsync(node, sockets, query, cancellation), streams, node.Time);
        await using var stopping = lifetime.ApplicationStopping.Register(() => _ = session.StopAsync());
        await session.RunAsync().ConfigureAwait(false);
    }
}
