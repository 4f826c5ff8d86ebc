using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Host.Clustering.Remoting;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>One connection, with a peer under the test's control.</summary>
public sealed class TlsAssociationTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(2);

    private readonly TestAuthority _authority = new();
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);
    private TaskCompletionSource _ended = new();
    private readonly Listener _listener = new();
    private TlsAssociation _association = null!;
    private SslStream _peer = null!;
    private Socket _peerSocket = null!;

    public async Task InitializeAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndpoint);
        _peerSocket = await listener.AcceptSocketAsync();
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        _peer = new SslStream(new NetworkStream(_peerSocket, ownsSocket: true));
        await Task.WhenAll(
            stream.AuthenticateAsClientAsync(_authority.Tls("a").ClientOptions(TestAuthority.Loopback, null)),
            _peer.AuthenticateAsServerAsync(_authority.Tls("b").ServerOptions("the test")));
        _association = new TlsAssociation(new Address("ssl.tcp", "a"), new Address("ssl.tcp", "b"), socket, stream, 1000, FlushTimeout, _time, NoLogger.Instance);
        _ended = new TaskCompletionSource();
        _association.Begin(_ended.SetResult);
    }

    public async Task DisposeAsync()
    {
        await _peer.DisposeAsync();
        await _association.CloseAsync();
    }

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Peer_that_does_not_read_is_refused_more_until_it_reads()
    {
        var payload = ByteString.CopyFrom(new byte[1000]);
        var taken = 0L;
        while (_association.Write(payload))
            taken += payload.Length + 4;

        // What the sockets hold is not pending any more.
        Assert.InRange(taken, TlsAssociation.MaxPendingBytes - 1004, 20L * TlsAssociation.MaxPendingBytes);
        var read = ReadFromPeerAsync(taken);
        await Eventually.TrueAsync(() => _association.Write(payload), Limit, "there is room again");
        await read.WaitAsync(Limit, TimeProvider.System);
    }

    [Fact]
    public async Task Nothing_is_read_before_Akka_listens()
    {
        await SendAsync("early");
        Assert.Empty(_listener.Payloads);

        _association.ReadHandlerSource.SetResult(_listener);

        await Eventually.TrueAsync(() => _listener.Payloads is ["early"], Limit, "it is told");
    }

    [Fact]
    public async Task Payload_that_comes_in_pieces_is_told_whole()
    {
        _association.ReadHandlerSource.SetResult(_listener);
        byte[] bytes = [5, 0, 0, 0, .. "hello"u8, 0, 0, 0, 0, 2, 0, 0, 0, .. "ab"u8];

        foreach (var value in bytes)
            await _peer.WriteAsync(new[] { value });

        await Eventually.TrueAsync(() => _listener.Payloads is ["hello", "", "ab"], Limit, "all are told");
    }

    [Fact]
    public async Task What_is_pending_is_written_before_the_end()
    {
        _association.ReadHandlerSource.SetResult(_listener);
        for (var sent = 0; sent < 100; sent++)
            Assert.True(_association.Write(ByteString.CopyFromUtf8("last words")));

        var closed = _association.CloseAsync();

        Assert.False(_association.Write(ByteString.CopyFromUtf8("too late")));
        Assert.Equal(100 * 14, await ReadToEndAsync());
        // The other end says goodbye, too.
        await _peer.DisposeAsync();
        await closed.WaitAsync(Limit, TimeProvider.System);
        Assert.True(_listener.IsDisassociated);
    }

    [Fact]
    public async Task Peer_that_does_not_say_goodbye_is_left_after_the_flush_timeout()
    {
        var closed = _association.CloseAsync();
        Assert.Equal(0, await ReadToEndAsync());
        Assert.False(closed.IsCompleted);

        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(FlushTimeout);
                return closed.IsCompleted;
            },
            Limit,
            "the association ends");
    }

    [Fact]
    public async Task Connection_that_is_closed_as_soon_as_it_is_made_ends()
    {
        // The peer's session tickets are just being read: a goodbye of TLS at that moment is refused, ends in an error of OpenSSL, or ends the process. One of some tens, or of thousands.
        for (var made = 0; made < 200; made++)
        {
            await DisposeAsync();
            await InitializeAsync();

            var closed = _association.CloseAsync();
            Assert.Equal(0, await ReadToEndAsync());
            await _peer.DisposeAsync();
            await closed.WaitAsync(Limit, TimeProvider.System);
        }
    }

    [Fact]
    public async Task Peer_that_is_gone_ends_the_association()
    {
        _association.ReadHandlerSource.SetResult(_listener);
        // With a reset.
        _peerSocket.LingerState = new LingerOption(true, 0);
        _peerSocket.Close();

        await _ended.Task.WaitAsync(Limit, TimeProvider.System);
        Assert.True(_listener.IsDisassociated);
        Assert.False(_association.Write(ByteString.CopyFromUtf8("x")));
    }

    [Fact]
    public async Task Payload_that_is_cut_off_is_not_told()
    {
        _association.ReadHandlerSource.SetResult(_listener);
        await _peer.WriteAsync(new byte[] { 5, 0, 0, 0, 1, 2 });
        await _peer.DisposeAsync();

        await _ended.Task.WaitAsync(Limit, TimeProvider.System);
        Assert.Empty(_listener.Payloads);
    }

    private async Task SendAsync(string text)
    {
        var bytes = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, text.Length);
        System.Text.Encoding.ASCII.GetBytes(text, bytes.AsSpan(4));
        await _peer.WriteAsync(bytes);
    }

    private async Task ReadFromPeerAsync(long bytes)
    {
        var buffer = new byte[64 * 1024];
        while (bytes > 0)
            bytes -= await _peer.ReadAsync(buffer) is > 0 and var read ? read : throw new EndOfStreamException();
    }

    private async Task<long> ReadToEndAsync()
    {
        var all = new MemoryStream();
        await _peer.CopyToAsync(all).WaitAsync(Limit, TimeProvider.System);
        return all.Length;
    }

    private sealed class Listener : IHandleEventListener
    {
        private readonly Lock _lock = new();
        private readonly List<string> _payloads = [];

        public string[] Payloads
        {
            get
            {
                lock (_lock)
                    return [.. _payloads];
            }
        }

        public bool IsDisassociated { get; private set; }

        public void Notify(IHandleEvent ev)
        {
            lock (_lock)
            {
                if (ev is InboundPayload payload)
                    _payloads.Add(payload.Payload.ToStringUtf8());
                IsDisassociated |= ev is Disassociated;
            }
        }
    }
}
