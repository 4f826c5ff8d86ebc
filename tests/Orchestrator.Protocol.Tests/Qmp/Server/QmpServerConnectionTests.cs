using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Orchestrator.Protocol.Qmp.Server;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Protocol.Tests.Qmp.Server;

public sealed class QmpServerConnectionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly ReadOnlyMemory<byte> Answer = QmpMessages.Return("{}"u8, default);

    private readonly MemoryConnection _pipe = new();
    private readonly Recorder _client = new();

    [Fact]
    public async Task Messages_are_read_as_long_as_there_is_room_for_them()
    {
        var connection = Start(new QmpServerOptions { MaxQueued = 2 });
        var sent = _pipe.Peer.WriteAsync("""{"execute":"a"}{"execute":"b"}{"exec-oob":"c"}{"execute":"d"}{"exec-oob":"e"}"""u8.ToArray()).AsTask();

        var first = await _client.InputAsync();
        await _client.InputAsync();
        Assert.True((await _client.InputAsync()).OutOfBand);
        Assert.False(_client.HasInput);

        connection.TrySend(Answer, first);
        Assert.Same(first, await _client.AnsweredAsync());
        Assert.Equal("""{"execute":"d"}""", Text(await _client.InputAsync()));
        Assert.Equal("""{"exec-oob":"e"}""", Text(await _client.InputAsync()));
        await sent;
    }

    [Fact]
    public async Task Large_messages_wait_for_each_other()
    {
        var connection = Start(new QmpServerOptions { MaxMessageBytes = 64 });
        var large = $$"""{"execute":"{{new string('x', 30)}}"}""";
        var sent = _pipe.Peer.WriteAsync(Encoding.ASCII.GetBytes(large + large)).AsTask();

        var first = await _client.InputAsync();
        Assert.False(_client.HasInput);

        connection.TrySend(Answer, first);
        Assert.Equal(large, Text(await _client.InputAsync()));
        await sent;
    }

    [Fact]
    public async Task Messages_go_out_in_the_order_they_were_sent()
    {
        var connection = Start(new QmpServerOptions());
        _pipe.StopReading();

        for (var number = 0; number < 10; number++)
            Assert.True(connection.TrySend(QmpMessages.Event($"E{number}", default, null)));
        _pipe.ResumeReading();

        using var reader = new StreamReader(_pipe.Peer);
        for (var number = 0; number < 10; number++)
            Assert.Contains($"\"E{number}\"", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Client_that_does_not_read_is_sent_away()
    {
        var connection = Start(new QmpServerOptions { MaxWaitingMessages = 3 });
        _pipe.StopReading();

        // One is under way, three wait.
        for (var number = 0; number < 4; number++)
            Assert.True(connection.TrySend(Answer));
        Assert.False(connection.TrySend(Answer));

        Assert.Contains("does not read: 3 messages", await _client.ClosedAsync());
        Assert.False(connection.TrySend(Answer));
        await connection.Completion.WaitAsync(Limit);
    }

    [Fact]
    public async Task Client_that_does_not_read_much_is_sent_away()
    {
        var connection = Start(new QmpServerOptions { MaxWaitingBytes = 10 });
        _pipe.StopReading();

        Assert.True(connection.TrySend(Answer) && connection.TrySend(Answer));
        Assert.False(connection.TrySend(Answer));

        Assert.Contains("does not read", await _client.ClosedAsync());
    }

    [Fact]
    public async Task Client_that_leaves_is_told_once()
    {
        var connection = Start(new QmpServerOptions());
        await _pipe.Peer.DisposeAsync();

        Assert.Contains("closed", await _client.ClosedAsync());
        await connection.DisposeAsync();
        await connection.Completion.WaitAsync(Limit);
        Assert.False(_client.HasInput);
    }

    [Fact]
    public async Task Client_that_has_said_all_still_gets_its_answers()
    {
        using var pair = new SocketPair();
        var connection = Start(new QmpServerOptions(), pair.Server);
        using var reader = new StreamReader(new NetworkStream(pair.Client));
        await pair.Client.SendAsync("""{"execute":"a"}{"execute":"b"}"""u8.ToArray());
        pair.Client.Shutdown(SocketShutdown.Send);
        var (first, second) = (await _client.InputAsync(), await _client.InputAsync());

        connection.TrySend(Answer, first);
        connection.TrySend(Answer, second);

        Assert.Equal("{\"return\": {}}\n{\"return\": {}}\n", (await reader.ReadToEndAsync().WaitAsync(Limit)).ReplaceLineEndings("\n"));
        await _client.ClosedAsync();
    }

    [Fact]
    public async Task Client_that_is_gone_is_not_waited_for()
    {
        using var pair = new SocketPair();
        Start(new QmpServerOptions(), pair.Server);
        await pair.Client.SendAsync("""{"execute":"a"}"""u8.ToArray());
        await _client.InputAsync();

        pair.Client.Close();

        await _client.ClosedAsync();
    }

    [Fact]
    public async Task Connection_that_was_never_started_completes_when_it_is_closed()
    {
        var connection = new QmpServerConnection(_pipe.Client, new QmpServerOptions());

        await connection.DisposeAsync();

        await connection.Completion.WaitAsync(Limit);
        Assert.False(connection.TrySend(Answer));
    }

    private QmpServerConnection Start(QmpServerOptions options, Stream? stream = null)
    {
        var connection = new QmpServerConnection(stream ?? _pipe.Client, options);
        connection.Start(_client);
        return connection;
    }

    private static string Text(QmpInput input) => Encoding.ASCII.GetString(input.Json.Span);

    private sealed class Recorder : IQmpServerHandler
    {
        private readonly Channel<QmpInput> _inputs = Channel.CreateUnbounded<QmpInput>();
        private readonly Channel<QmpInput> _answered = Channel.CreateUnbounded<QmpInput>();
        private readonly TaskCompletionSource<string> _closed = new();

        public bool HasInput => _inputs.Reader.TryPeek(out _);

        public Task<QmpInput> InputAsync() => _inputs.Reader.ReadAsync().AsTask().WaitAsync(Limit);

        public Task<QmpInput> AnsweredAsync() => _answered.Reader.ReadAsync().AsTask().WaitAsync(Limit);

        public Task<string> ClosedAsync() => _closed.Task.WaitAsync(Limit);

        public void OnInput(QmpInput input) => _inputs.Writer.TryWrite(input);

        public void OnAnswered(QmpInput input) => _answered.Writer.TryWrite(input);

        /// <summary>A second time is an error of the connection's.</summary>
        public void OnClosed(string cause) => _closed.SetResult(cause);
    }

    /// <summary>Two ends of a Unix socket.</summary>
    private sealed class SocketPair : IDisposable
    {
        private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        public SocketPair()
        {
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(_path));
            listener.Listen();
            Client.Connect(new UnixDomainSocketEndPoint(_path));
            Server = new NetworkStream(listener.Accept(), ownsSocket: true);
        }

        public Socket Client { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public NetworkStream Server { get; }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
            File.Delete(_path);
        }
    }
}
