using System.Net;
using System.Net.Sockets;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Protocol.Tests.Transport;

public sealed class ConnectionFenceTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConnectionFence _fence;
    private bool _isHeld = true;

    public ConnectionFenceTests()
    {
        _fence = new ConnectionFence(() => _isHeld);
        _listener.Start();
    }

    private Endpoint Server => new Endpoint.Tcp("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Bytes_pass_in_both_directions_while_the_right_holds()
    {
        var (stream, server) = await ConnectAsync();
        await using var _ = stream;
        await stream.WriteAsync("ab"u8.ToArray());
        stream.Write("c"u8);
        await stream.FlushAsync();
        await server.WriteAsync("xy"u8.ToArray());

        Assert.Equal("abc"u8.ToArray(), await ReadAsync(server, 3));
        Assert.Equal("xy"u8.ToArray(), await ReadAsync(stream, 2));
        Assert.Equal(1, _fence.Open);
    }

    [Fact]
    public async Task Nothing_is_written_once_the_right_is_over_and_what_comes_is_still_read()
    {
        var (stream, server) = await ConnectAsync();
        await stream.WriteAsync("a"u8.ToArray());
        _isHeld = false;

        await Assert.ThrowsAsync<IOException>(async () => await stream.WriteAsync("b"u8.ToArray()));
        Assert.Throws<IOException>(() => stream.Write("c"u8));
        await server.WriteAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await ReadAsync(stream, 1));
        await stream.DisposeAsync();

        Assert.Equal("a"u8.ToArray(), await ReadAllAsync(server));
        Assert.Equal(0, _fence.Open);
    }

    [Fact]
    public async Task Without_the_right_no_connection_is_made()
    {
        _isHeld = false;

        await Assert.ThrowsAsync<IOException>(() => _fence.ConnectAsync(Server, CancellationToken.None));

        Assert.False(_listener.Pending());
    }

    [Fact]
    public void Right_that_ends_while_a_connection_is_made_closes_it()
    {
        var stream = new MemoryStream();
        _isHeld = false;

        Assert.Throws<IOException>(() => _fence.Guard(stream));

        Assert.False(stream.CanRead);
    }

    [Fact]
    public async Task Closing_ends_every_connection_for_good()
    {
        var (one, first) = await ConnectAsync();
        var (_, second) = await ConnectAsync();

        _fence.Close();

        Assert.Empty(await ReadAllAsync(first));
        Assert.Empty(await ReadAllAsync(second));
        await Assert.ThrowsAsync<IOException>(async () => await one.WriteAsync("a"u8.ToArray()));
        await Assert.ThrowsAsync<IOException>(() => _fence.ConnectAsync(Server, CancellationToken.None));
        Assert.Equal(0, _fence.Open);
    }

    private async Task<(Stream Stream, NetworkStream Server)> ConnectAsync()
    {
        var accepted = _listener.AcceptSocketAsync();
        var stream = await _fence.ConnectAsync(Server, CancellationToken.None).WaitAsync(Limit, TimeProvider.System);
        return (stream, new NetworkStream(await accepted.WaitAsync(Limit, TimeProvider.System), ownsSocket: true));
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(Limit, TimeProvider.System);
        return bytes;
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all).WaitAsync(Limit, TimeProvider.System);
        return all.ToArray();
    }
}
