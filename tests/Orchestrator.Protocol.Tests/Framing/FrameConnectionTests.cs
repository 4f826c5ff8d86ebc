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
