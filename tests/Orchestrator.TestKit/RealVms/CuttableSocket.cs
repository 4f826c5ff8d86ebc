using System.Net.Sockets;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A Unix socket before another one, whose client can be cut off while the real peer lives on. One client at a time, as with QEMU's own.</summary>
public sealed class CuttableSocket : IAsyncDisposable
{
    private readonly FakeListener _listener;

    private CuttableSocket(FakeListener listener) => _listener = listener;

    /// <summary>Clients so far.</summary>
    public int Connections => _listener.Connections;

    /// <summary>Listens on <paramref name="path"/> when it returns, and passes every byte on to <paramref name="target"/> and back.</summary>
    public static CuttableSocket Start(string path, string target) => new(FakeListener.Start(path, client => RelayAsync(client, target)));

    /// <summary>Ends the present client's connection; the peer sees its client leave.</summary>
    public void Cut() => _listener.Cut();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private static async Task RelayAsync(Stream client, string target)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(target));
        await using var peer = new NetworkStream(socket, ownsSocket: false);
        await Task.WhenAny(client.CopyToAsync(peer), peer.CopyToAsync(client));
        // The end of one direction is the end of both.
        await client.DisposeAsync();
    }
}
