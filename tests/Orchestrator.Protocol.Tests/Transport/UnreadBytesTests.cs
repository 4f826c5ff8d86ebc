using System.Net;
using System.Net.Sockets;
using Orchestrator.Protocol.Transport;
using Orchestrator.TestKit;

namespace Orchestrator.Protocol.Tests.Transport;

public sealed class UnreadBytesTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_was_written_is_unread_until_the_peer_has_read_all_of_it()
    {
        using var pair = await PairAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory, "s")));
        Assert.False(UnreadBytes.Any(pair.Client));

        await pair.Client.WriteAsync("four"u8.ToArray());
        Assert.True(UnreadBytes.Any(pair.Client));
        await pair.Server.ReadExactlyAsync(new byte[3]);
        Assert.True(UnreadBytes.Any(pair.Client));
        await pair.Server.ReadExactlyAsync(new byte[1]);

        await Eventually.TrueAsync(() => !UnreadBytes.Any(pair.Client), Limit, "all is read");
    }

    [Fact]
    public async Task What_cannot_be_told_is_not_called_unread()
    {
        using var remote = await PairAsync(new IPEndPoint(IPAddress.Loopback, 0));
        await remote.Client.WriteAsync("four"u8.ToArray());
        Assert.False(UnreadBytes.Any(remote.Client));
        Assert.False(UnreadBytes.Any(new MemoryStream()));

        var pair = await PairAsync(new UnixDomainSocketEndPoint(Path.Combine(_directory, "s")));
        await pair.Client.WriteAsync("four"u8.ToArray());
        pair.Dispose();
        Assert.False(UnreadBytes.Any(pair.Client));
    }

    private static async Task<Pair> PairAsync(EndPoint at)
    {
        using var listener = new Socket(at.AddressFamily, SocketType.Stream, at is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        listener.Bind(at);
        listener.Listen();
        var client = new Socket(at.AddressFamily, SocketType.Stream, listener.ProtocolType);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return new Pair(new NetworkStream(client, ownsSocket: true), new NetworkStream(await listener.AcceptAsync(), ownsSocket: true));
    }

    private sealed record Pair(NetworkStream Client, NetworkStream Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
