using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;

namespace Orchestrator.Host.Tests.Endpoints;

/// <summary>A client of a VM's QMP endpoint, on its socket or over a WebSocket.</summary>
internal sealed class QmpPeer(Stream stream) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly StreamReader _lines = new(stream);

    public static async Task<QmpPeer> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new QmpPeer(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Over the node's API.</summary>
    public static async Task<WebSocket> UpgradeAsync(ServedNode node, string vm)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => new NetworkStream(await node.ConnectAsync(cancellation), ownsSocket: true) });
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://localhost/v1/vms/{vm}/qmp"), http, CancellationToken.None);
        return socket;
    }

    public async Task SendAsync(string text) => await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));

    public async Task<JsonElement> ReadAsync() => JsonElement.Parse(await ReadLineAsync() ?? throw new EndOfStreamException("the endpoint closed the connection"));

    public Task<string?> ReadLineAsync() => _lines.ReadLineAsync().WaitAsync(Patience, TimeProvider.System);

    public async Task<JsonElement> AskAsync(string text)
    {
        await SendAsync(text);
        return await ReadAsync();
    }

    public async Task NegotiateAsync()
    {
        Assert.True((await ReadAsync()).TryGetProperty("QMP", out _));
        await AskAsync("""{"execute":"qmp_capabilities"}""");
    }

    public async ValueTask DisposeAsync() => await stream.DisposeAsync();
}
