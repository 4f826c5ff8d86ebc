using System.Net.Sockets;
using Orchestrator.Protocol.Transport;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Protocol.Tests.Transport.Loop;

/// <summary>Connections of a loop, with real sockets.</summary>
public sealed class LoopStreamTests : IAsyncLifetime
{
    private const string LoopName = "loop-under-test";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly SocketLoop _loop = new(LoopName);
    private readonly byte[] _buffer = new byte[4096];
    private SocketPair _pair = null!;

    private Stream Stream => _pair.Stream;

    private Socket Peer => _pair.Peer;

    public async Task InitializeAsync() => _pair = await SocketPair.OnAsync(_loop);

    public async Task DisposeAsync()
    {
        await _pair.DisposeAsync();
        _loop.Dispose();
    }

    [Fact]
    public async Task What_the_peer_sends_is_read_whether_it_came_before_the_read_or_after()
    {
        Peer.Send("early"u8);
        Assert.Equal("early", await ReadTextAsync());

        var later = ReadTextAsync();
        Assert.False(later.IsCompleted);
        Peer.Send("later"u8);
        Assert.Equal("later", await later.WaitAsync(Limit));
    }

    [Fact]
    public async Task More_than_a_read_takes_is_there_for_the_next()
    {
        Peer.Send("abcdef"u8);
        Assert.Equal("abcd", await ReadTextAsync(4));
        Assert.Equal("ef", await ReadTextAsync(4));
    }

    [Fact]
    public async Task A_read_of_nothing_waits_for_something_and_takes_none_of_it()
    {
        var ready = Stream.ReadAsync(Memory<byte>.Empty).AsTask();
        Assert.False(ready.IsCompleted);
        Peer.Send("x"u8);
        Assert.Equal(0, await ready.WaitAsync(Limit));
        Assert.Equal("x", await ReadTextAsync());
    }

    [Fact]
    public async Task Who_has_waited_for_a_read_goes_on_upon_the_loop()
    {
        var name = ThreadOfReadAsync();
        Peer.Send("x"u8);
        Assert.Equal(LoopName, await name.WaitAsync(Limit));

        async Task<string?> ThreadOfReadAsync()
        {
            await Stream.ReadAsync(_buffer).ConfigureAwait(false);
            return Thread.CurrentThread.Name;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Last_words_and_the_end_come_together_and_neither_is_missed(bool isWaiting)
    {
        var words = isWaiting ? ReadTextAsync() : null;
        Peer.Send("bye"u8);
        Peer.Dispose();
        Assert.Equal("bye", await (words ?? ReadTextAsync()).WaitAsync(Limit));
        Assert.Equal("", await ReadTextAsync().WaitAsync(Limit));
        Assert.Equal("", await ReadTextAsync().WaitAsync(Limit));
    }

    [Fact]
    public async Task An_end_that_comes_while_a_read_waits_ends_it()
    {
        var read = ReadTextAsync();
        Peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("", await read.WaitAsync(Limit));
    }

    [Fact]
    public async Task Peer_that_has_not_read_everything_at_its_end_is_told_apart()
    {
        await Stream.WriteAsync("unread"u8.ToArray());
        Peer.Dispose();
        var error = await Assert.ThrowsAsync<IOException>(() => ReadTextAsync().WaitAsync(Limit));
        Assert.True(UnreadBytes.AnyAt(Stream, error));
    }

    [Fact]
    public async Task Bytes_that_the_peer_has_not_read_are_told()
    {
        Assert.False(UnreadBytes.Any(Stream));
        await Stream.WriteAsync("unread"u8.ToArray());
        Assert.True(UnreadBytes.Any(Stream));
        Peer.Receive(_buffer);
        Assert.False(UnreadBytes.Any(Stream));
        await Stream.DisposeAsync();
        Assert.False(UnreadBytes.Any(Stream));
    }

    [Fact]
    public async Task A_write_that_the_peer_does_not_take_at_once_ends_when_it_has()
    {
        var sent = new byte[4 << 20];
        Random.Shared.NextBytes(sent);
        var write = Stream.WriteAsync(sent).AsTask();
        Assert.False(write.IsCompleted);

        var received = new byte[sent.Length];
        using var reader = new NetworkStream(Peer, ownsSocket: false);
        await reader.ReadExactlyAsync(received).AsTask().WaitAsync(Limit);
        await write.WaitAsync(Limit);
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task A_write_that_waits_fails_when_the_peer_goes()
    {
        var write = Stream.WriteAsync(new byte[4 << 20]).AsTask();
        Peer.Dispose();
        await Assert.ThrowsAsync<IOException>(() => write.WaitAsync(Limit));
        await Assert.ThrowsAsync<IOException>(async () => await Stream.WriteAsync("x"u8.ToArray()));
    }

    [Fact]
    public async Task Closing_ends_the_read_and_the_write_that_wait()
    {
        var write = Stream.WriteAsync(new byte[4 << 20]).AsTask();
        var read = ReadTextAsync();
        await Stream.DisposeAsync();
        await Stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => write.WaitAsync(Limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadTextAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Stream.WriteAsync("x"u8.ToArray()));
    }

    [Fact]
    public async Task Closing_is_seen_by_the_peer()
    {
        await Stream.DisposeAsync();
        Assert.Equal(0, await Peer.ReceiveAsync(_buffer).WaitAsync(Limit));
    }

    [Fact]
    public async Task There_is_one_read_and_one_write_at_a_time()
    {
        _ = ReadTextAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadTextAsync());
        _ = Stream.WriteAsync(new byte[4 << 20]).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Stream.WriteAsync("x"u8.ToArray()));
    }

    /// <summary>Every edge of readiness counts: one that is missed would let a connection stand still.</summary>
    [Fact]
    public async Task Many_connections_echo_everything_in_order()
    {
        const int Bytes = 200_000;
        var pairs = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SocketPair.OnAsync(_loop)));
        await Task.WhenAll(pairs.Select((pair, seed) => Task.WhenAll(EchoAsync(pair.Stream), TalkAsync(pair.Peer, new Random(seed))))).WaitAsync(Limit);
        foreach (var pair in pairs)
            await pair.DisposeAsync();

        static async Task EchoAsync(Stream stream)
        {
            var buffer = new byte[1000];
            while (await stream.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var count)
                await stream.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
        }

        static async Task TalkAsync(Socket peer, Random random)
        {
            var said = new byte[Bytes];
            random.NextBytes(said);
            var heard = new byte[Bytes];
            var saying = Task.Run(async () =>
            {
                for (var at = 0; at < Bytes;)
                    at += await peer.SendAsync(said.AsMemory(at, Math.Min(Bytes - at, random.Next(1, 3000))));
                peer.Shutdown(SocketShutdown.Send);
            });
            using var stream = new NetworkStream(peer, ownsSocket: false);
            await stream.ReadExactlyAsync(heard);
            await saying;
            Assert.True(said.AsSpan().SequenceEqual(heard));
        }
    }

    private Task<string> ReadTextAsync(int most = 4096) => ReadAsync(Stream.ReadAsync(_buffer.AsMemory(0, most)));

    private async Task<string> ReadAsync(ValueTask<int> read) => System.Text.Encoding.ASCII.GetString(_buffer, 0, await read);
}
