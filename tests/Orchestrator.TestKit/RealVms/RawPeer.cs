using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A bare client of a QMP or agent socket: what it reads is what the peer wrote, so it can judge the product and the fixture alike.</summary>
public sealed class RawPeer : IAsyncDisposable
{
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly StreamReader _reader;

    private RawPeer(Socket socket)
    {
        _socket = socket;

        // Latin-1 keeps the agent's 0xFF as one character.
        _reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
    }

    /// <summary>Bytes that have come and were not read.</summary>
    public int Unread => _socket.Available;

    /// <summary>Connects to a socket.</summary>
    public static async Task<RawPeer> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return new RawPeer(socket);
    }

    /// <summary>Connects to a monitor and ends negotiation, so that events arrive.</summary>
    public static async Task<RawPeer> NegotiateAsync(string path)
    {
        var peer = await ConnectAsync(path);
        await peer.ReadAsync();
        await peer.AskAsync("""{"execute":"qmp_capabilities"}""");
        return peer;
    }

    /// <summary>Sends a line.</summary>
    public Task SendAsync(string text) => SendRawAsync(text + "\n");

    /// <summary>Sends characters as bytes, and no line end.</summary>
    public async Task SendRawAsync(string text) => await _socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The next line.</summary>
    /// <exception cref="EndOfStreamException">The peer has closed the connection.</exception>
    public async Task<string> ReadLineAsync()
    {
        using var deadline = new CancellationTokenSource(ReplyLimit, TimeProvider.System);
        return await _reader.ReadLineAsync(deadline.Token) ?? throw new EndOfStreamException("The peer closed the connection.");
    }

    /// <summary>The next line, which is JSON.</summary>
    public async Task<JsonElement> ReadAsync() => JsonElement.Parse(await ReadLineAsync());

    /// <summary>Sends a line and reads the next one.</summary>
    public async Task<JsonElement> AskAsync(string request)
    {
        await SendAsync(request);
        return await ReadAsync();
    }

    /// <summary>The data of the next event of that name, undefined if it has none; other messages before it are passed over.</summary>
    public async Task<JsonElement> EventAsync(string name)
    {
        while (true)
        {
            var message = await ReadAsync();
            if (message.TryGetProperty("event", out var actual) && actual.GetString() == name)
                return message.TryGetProperty("data", out var data) ? data : default;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
