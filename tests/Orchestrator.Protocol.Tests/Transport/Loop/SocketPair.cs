using System.Net.Sockets;
using Orchestrator.Protocol.Transport;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Protocol.Tests.Transport.Loop;

/// <summary>A connection of a loop, and the peer's end of it.</summary>
internal sealed class SocketPair : IAsyncDisposable
{
    private readonly string _directory;

    private SocketPair(Stream stream, Socket peer, string directory) => (Stream, Peer, _directory) = (stream, peer, directory);

    public Stream Stream { get; }

    public Socket Peer { get; }

    public static async Task<SocketPair> OnAsync(SocketLoop loop)
    {
        var directory = Directory.CreateTempSubdirectory("orc-").FullName;
        var path = Path.Combine(directory, "s");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var stream = await loop.ConnectAsync(new Endpoint.Unix(path), CancellationToken.None);
        return new SocketPair(stream, await listener.AcceptAsync(), directory);
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        Peer.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
