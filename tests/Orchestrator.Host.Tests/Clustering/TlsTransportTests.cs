using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Clustering.Remoting;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>What carries Akka's messages between nodes, against peers that misbehave.</summary>
public sealed class TlsTransportTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TestAuthority _authority = new();
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);
    private RemotingNode _node = null!;

    public async Task InitializeAsync() => _node = await RemotingNode.StartAsync("b", _authority.Tls("b", _time));

    public async Task DisposeAsync() => await _node.DisposeAsync();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Messages_of_all_sizes_arrive_whole_and_in_order()
    {
        await using var other = await RemotingNode.StartAsync("a", _authority.Tls("a"));
        string[] sent = [.. Enumerable.Range(0, 2000).Select(number => $"{number} {new string('x', number % 100 == 0 ? 100_000 : number % 500)}")];

        foreach (var text in sent)
            other.Send(_node.Address, text);

        foreach (var text in sent)
            Assert.Equal(text, await _node.ReceiveAsync());
    }

    [Fact]
    public async Task Message_before_the_end_of_its_sender_arrives()
    {
        await using (var other = await RemotingNode.StartAsync("a", _authority.Tls("a")))
        {
            other.Send(_node.Address, "first");
            Assert.Equal("first", await _node.ReceiveAsync());
            other.Send(_node.Address, "last");
        }

        Assert.Equal("last", await _node.ReceiveAsync());
    }

    [Fact]
    public async Task Node_that_comes_back_is_reached_again()
    {
        var tls = _authority.Tls("a");
        int port;
        await using (var other = await RemotingNode.StartAsync("a", tls))
        {
            port = other.Address.Port!.Value;
            _node.Send(other.Address, "hello");
            Assert.Equal("hello", await other.ReceiveAsync());
        }

        await using var again = await RemotingNode.StartAsync("a", tls, port);
        // What is sent while the old association is still known gets lost with it.
        await Eventually.TrueAsync(
            () =>
            {
                _node.Send(again.Address, "hello again");
                return again.HasReceived;
            },
            Limit,
            "the node is reached again");
    }

    [Fact]
    public async Task Peer_that_closes_in_the_midst_of_the_handshake_ends_only_the_association()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _node.Send(AddressOf(listener), "hello");
        using (await listener.AcceptSocketAsync().WaitAsync(Limit, TimeProvider.System))
        {
        }

        await _node.FailureAsync();
        await AssertWorksAsync();
    }

    [Fact]
    public async Task Peer_that_never_answers_the_handshake_is_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _node.Send(AddressOf(listener), "hello");
        using var silent = await listener.AcceptSocketAsync().WaitAsync(Limit, TimeProvider.System);

        // Akka's connection-timeout.
        _time.Advance(TimeSpan.FromSeconds(15));

        await _node.FailureAsync();
        await AssertWorksAsync();
    }

    [Fact]
    public async Task Callers_that_say_nothing_are_few_and_not_for_long()
    {
        var silent = new List<Socket>();
        for (var caller = 0; caller < TlsTransport.MaxHandshakes; caller++)
            silent.Add(await ConnectAsync());

        using (var one = await ConnectAsync())
            Assert.True(await IsClosedAsync(one));
        _time.Advance(TlsTransport.HandshakeTimeout);
        foreach (var socket in silent)
        {
            Assert.True(await IsClosedAsync(socket));
            socket.Dispose();
        }
        await AssertWorksAsync();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(128_001)]
    public async Task Message_that_is_announced_as_too_long_ends_the_connection(int length)
    {
        using var socket = await ConnectAsync();
        await using var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsClientAsync(_authority.Tls("a").ClientOptions(TestAuthority.Loopback, null));

        await stream.WriteAsync(BitConverter.GetBytes(length));

        // Akka may say something first.
        await stream.CopyToAsync(Stream.Null).WaitAsync(Limit, TimeProvider.System);
        await AssertWorksAsync();
    }

    private async Task AssertWorksAsync()
    {
        await using var other = await RemotingNode.StartAsync("d", _authority.Tls("d"));
        _node.Send(other.Address, "still there");
        Assert.Equal("still there", await other.ReceiveAsync());
        other.Send(_node.Address, "you too");
        Assert.Equal("you too", await _node.ReceiveAsync());
    }

    private static Address AddressOf(TcpListener listener) => new("akka.ssl.tcp", "a", TestAuthority.Loopback, ((IPEndPoint)listener.LocalEndpoint).Port);

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_node.Address.Host, _node.Address.Port!.Value);
        return socket;
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]).WaitAsync(Limit, TimeProvider.System) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
