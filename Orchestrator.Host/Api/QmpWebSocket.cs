using System.Net.WebSockets;
using Akka.Actor;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Host.Serving;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Host.Api;

/// <summary><c>GET /v1/vms/{vm}/qmp</c>: the VM's QMP endpoint over a WebSocket. Its text messages are a stream of bytes on the way in, and one answer or event each on the way out.</summary>
internal static class QmpWebSocket
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/vms/{vm}/qmp", ServeAsync);

    private static async Task ServeAsync(string vm, HttpContext context, Node node, IHostApplicationLifetime lifetime)
    {
        var entry = await VmEndpoints.FindAsync(vm, node, context.RequestAborted).ConfigureAwait(false);
        if (!context.WebSockets.IsWebSocketRequest)
            throw new RequestException("invalid-request", "this is a WebSocket that speaks QMP: ask for it with Upgrade: websocket, or POST a single command to …/qmp/{command}");
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        await using var connection = new QmpServerConnection(WebSocketStream.Create(socket, WebSocketMessageType.Text, ownsWebSocket: true), new QmpServerOptions());
        await using var stopping = lifetime.ApplicationStopping.Register(() => _ = connection.DisposeAsync().AsTask());
        node.QmpEndpoint.Tell(new EndpointCommands.Serve(connection, entry.Snapshot.Name, entry.Vm));
        await connection.Completion.ConfigureAwait(false);
    }
}
