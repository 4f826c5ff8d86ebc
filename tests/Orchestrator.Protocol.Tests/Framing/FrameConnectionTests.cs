using System.Text;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Tests.Framing;

/// <summary>The read loop shares its thread: other connections are read while one floods.</summary>
public class FrameConnectionTests
{
    private const int Flood = 16 * 1024 * 1024;

    [Fact]
    public async Task Peer_that_never_pauses_gives_its_thread_back_and_is_read_to_its_end()
    {
        var peer = new FloodStream(Flood);
        var handler = new CountingHandler();
        await using var connection = new FrameConnection(peer, maxFrameBytes: 1024);

        var run = connection.RunAsync(handler);
        var takenInOneTurn = peer.Taken;

        Assert.InRange(takenInOneTurn, 1, 1024 * 1024);
        Assert.Equal("the peer closed the connection", await run);
        Assert.Equal(Flood / FloodStream.Line.Length, handler.Frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Messages_of_any_length_come_whole_in_whatever_pieces_they_are_read(int seed)
    {
        var random = new Random(seed);
        string[] sent = [.. Enumerable.Range(0, 200).Select(number => new string((char)('a' + (number % 26)), Length(random)))];
        var handler = new KeepingHandler();
        await using var connection = new FrameConnection(new PiecesStream(string.Concat(sent.Select(message => message + "\n")) + "unfinished", random), maxFrameBytes: 1 << 20);

        Assert.Equal("the peer closed the connection in the middle of a message", await connection.RunAsync(handler));

        Assert.Equal(sent, handler.Messages);

        static int Length(Random random) => random.Next(4) switch
        {
            0 => random.Next(1, 10),
            1 => random.Next(4000, 4200),
            2 => random.Next(1, 20_000),
            _ => random.Next(1, 300_000),
        };
    }

    /// <summary>Its descriptor would stay for ever: a stream of a loop is known to the loop until it is closed.</summary>
    [Fact]
    public async Task A_connection_that_the_peer_has_ended_is_closed_here_too()
    {
        var stream = new PiecesStream("last\n", new Random(1));
        var connection = new FrameConnection(stream, maxFrameBytes: 5000);

        await connection.RunAsync(new KeepingHandler());

        Assert.False(stream.CanRead);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_skipped_and_the_next_one_comes()
    {
        var handler = new KeepingHandler();
        await using var connection = new FrameConnection(new PiecesStream(new string('x', 100_000) + "\nnext\n", new Random(1)), maxFrameBytes: 5000);

        Assert.Equal("the peer closed the connection", await connection.RunAsync(handler));

        Assert.Equal(["(100000 bytes)", "next"], handler.Messages);
    }

    /// <summary>A text in pieces of any size, of which some are waited for.</summary>
    private sealed class PiecesStream(string text, Random random) : MemoryStream(Encoding.ASCII.GetBytes(text))
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (random.Next(3) == 0)
                await Task.Yield();
            return buffer.IsEmpty ? 0 : Read(buffer.Span[..random.Next(1, buffer.Length + 1)]);
        }
    }

    private sealed class KeepingHandler : IFrameHandler
    {
        public List<string> Messages { get; } = [];

        public void OnFrame(in Frame frame) => Messages.Add(frame.IsOversized ? $"({frame.Length} bytes)" : Encoding.ASCII.GetString(frame.Bytes));

        public void OnDropped(long bytes)
        {
        }
    }

    /// <summary>Lines without end for a peer that is always faster than its reader: no read ever waits.</summary>
    private sealed class FloodStream(long length) : MemoryStream
    {
        public static ReadOnlySpan<byte> Line => "{\"return\": {}} \n"u8;

        public long Taken { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = (int)Math.Min(buffer.Length, length - Taken);
            for (var at = 0; at < count; at++)
                buffer.Span[at] = Line[(int)((Taken + at) % Line.Length)];
            Taken += count;
            return ValueTask.FromResult(count);
        }
    }

    private sealed class CountingHandler : IFrameHandler
    {
        public int Frames { get; private set; }

        public void OnFrame(in Frame frame) => Frames++;

        public void OnDropped(long bytes) => Assert.Fail($"{bytes} bytes were dropped");
    }
}
