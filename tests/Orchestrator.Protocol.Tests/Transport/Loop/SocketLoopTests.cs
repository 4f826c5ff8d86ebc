using System.Net;
using System.Net.Sockets;
using Orchestrator.Protocol.Framing;
using Orchestrator.Protocol.Transport;
using Orchestrator.Protocol.Transport.Loop;
using Orchestrator.TestKit;

namespace Orchestrator.Protocol.Tests.Transport.Loop;

/// <summary>The thread of a loop: what is posted to it, what it shares with its sockets, and its end.</summary>
public sealed class SocketLoopTests : IDisposable
{
    private const string LoopName = "loop-under-test";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly SocketLoop _loop = new(LoopName);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task What_is_posted_runs_on_the_loop_in_its_order()
    {
        var (seen, done) = (new List<(int, string?)>(), new TaskCompletionSource());
        for (var i = 0; i < 1000; i++)
        {
            var number = i;
            _loop.Post(new Work(() => seen.Add((number, Thread.CurrentThread.Name))));
        }
        _loop.Post(new Work(done.SetResult));
        await done.Task.WaitAsync(Limit);
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => (number, (string?)LoopName)), seen);
    }

    [Fact]
    public async Task What_is_posted_from_many_threads_runs_once()
    {
        var (count, done) = (0, new TaskCompletionSource());
        Parallel.For(0, 10_000, _ => _loop.Post(new Work(() =>
        {
            // Of one thread: no two at a time.
            if (++count == 10_000)
                done.SetResult();
        })));
        await done.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task What_posts_itself_again_and_again_keeps_no_socket_from_being_read()
    {
        await using var pair = await SocketPair.OnAsync(_loop);
        using var stop = new CancellationTokenSource();
        Again();
        var read = pair.Stream.ReadAsync(new byte[16]).AsTask();
        pair.Peer.Send("x"u8);
        Assert.Equal(1, await read.WaitAsync(Limit));
        await stop.CancelAsync();

        void Again()
        {
            if (!stop.IsCancellationRequested)
                _loop.Post(new Work(Again));
        }
    }

    [Fact]
    public async Task A_peer_that_floods_keeps_nothing_that_is_posted_from_running()
    {
        await using var pair = await SocketPair.OnAsync(_loop);
        var handler = new Handler();
        await using var connection = new FrameConnection(pair.Stream, maxFrameBytes: 1 << 20);
        var run = connection.RunAsync(handler);
        using var stop = new CancellationTokenSource();
        var flood = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                pair.Peer.Send("{\"return\": {}}\n{\"return\": {}}\n{\"return\": {}}\n{\"return\": {}}\n"u8);
        });
        for (var i = 0; i < 100; i++)
        {
            var (seen, turn) = (handler.Frames, new TaskCompletionSource());
            _loop.Post(new Work(turn.SetResult));
            await turn.Task.WaitAsync(Limit);
            await Eventually.TrueAsync(() => handler.Frames > seen, Limit, "the flood is read");
        }
        await stop.CancelAsync();
        await flood;
        pair.Peer.Dispose();
        await run.WaitAsync(Limit);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(200_000, false)]
    public async Task Long_messages_are_not_read_on_the_loop(int length, bool isOnLoop)
    {
        await using var pair = await SocketPair.OnAsync(_loop);
        var handler = new Handler();
        await using var connection = new FrameConnection(pair.Stream, maxFrameBytes: 1 << 20);
        _ = connection.RunAsync(handler);
        // In pieces, so that each of its reads is waited for.
        for (var left = length; left > 0; left -= 1000)
        {
            pair.Peer.Send(new byte[1000].Select(_ => (byte)' ').ToArray());
            await Eventually.TrueAsync(() => pair.Peer.Poll(0, SelectMode.SelectWrite) && !UnreadBytes.Any(new NetworkStream(pair.Peer, ownsSocket: false)), Limit, "the piece is read");
        }
        pair.Peer.Send("{}\n"u8);
        await Eventually.TrueAsync(() => handler.Frames == 1, Limit, "the message is read");
        Assert.Equal(isOnLoop, handler.Thread == LoopName);
    }

    [Fact]
    public async Task Other_endpoints_than_unix_sockets_are_read_elsewhere()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var stream = await _loop.ConnectAsync(new Endpoint.Tcp("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), CancellationToken.None);
        Assert.IsType<NetworkStream>(stream);
    }

    [Fact]
    public async Task Nobody_who_listens_is_an_error_as_without_a_loop() =>
        await Assert.ThrowsAsync<SocketException>(() => _loop.ConnectAsync(new Endpoint.Unix("/nonexistent/qmp.sock"), CancellationToken.None));

    [Fact]
    public async Task After_its_end_what_is_posted_runs_elsewhere_and_connections_close()
    {
        await using var pair = await SocketPair.OnAsync(_loop);
        var read = pair.Stream.ReadAsync(new byte[16]).AsTask();
        _loop.Dispose();
        _loop.Dispose();
        var thread = new TaskCompletionSource<string?>();
        _loop.Post(new Work(() => thread.SetResult(Thread.CurrentThread.Name)));
        Assert.NotEqual(LoopName, await thread.Task.WaitAsync(Limit));
        await pair.Stream.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(Limit));
        Assert.Equal(0, await pair.Peer.ReceiveAsync(new byte[1]).WaitAsync(Limit));
    }

    [Fact]
    public async Task After_its_end_nothing_is_connected_by_it()
    {
        var ended = new TaskCompletionSource();
        _loop.Post(new Work(() => ended.SetResult()));
        await ended.Task.WaitAsync(Limit);
        _loop.Dispose();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await using var pair = await SocketPair.OnAsync(_loop);
                    return false;
                }
                catch (ObjectDisposedException)
                {
                    return true;
                }
            },
            Limit,
            "the loop has ended");
    }

    [Fact]
    public async Task No_descriptor_stays_behind()
    {
        var before = Directory.GetFiles("/proc/self/fd").Count(IsSocketOrLoop);
        using (var loop = new SocketLoop("short"))
        {
            for (var i = 0; i < 50; i++)
            {
                await using var pair = await SocketPair.OnAsync(loop);
            }
        }
        await Eventually.TrueAsync(() => Directory.GetFiles("/proc/self/fd").Count(IsSocketOrLoop) < before + 20, Limit, "the descriptors are closed");

        static bool IsSocketOrLoop(string descriptor) => new FileInfo(descriptor).LinkTarget is { } target && (target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("anon_inode:", StringComparison.Ordinal));
    }

    private sealed class Work(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }

    private sealed class Handler : IFrameHandler
    {
        private int _frames;

        public int Frames => Volatile.Read(ref _frames);

        public string? Thread { get; private set; }

        public void OnFrame(in Frame frame)
        {
            Thread = System.Threading.Thread.CurrentThread.Name;
            Interlocked.Increment(ref _frames);
        }

        public void OnDropped(long bytes)
        {
        }
    }
}
