using System.Buffers;
using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>Who a message answers, before anything of it is decoded.</summary>
public class Peek
{
    private const int MaxDepth = 32;

    private static readonly ReadOnlySequence<byte> PingReply = new(SampleReplies.Message("{}"u8, 8_203_514_993_017_229_911));
    private static readonly ReadOnlySequence<byte> QmpEvent = new("""{"timestamp": {"seconds": 1700000000, "microseconds": 123456}, "event": "RTC_CHANGE", "data": {"offset": 78}}"""u8.ToArray());
    private static readonly ReadOnlySequence<byte> FileReply = new(SampleReplies.Message(SampleReplies.File, 8_203_514_993_017_229_911));

    /// <summary>The answer to <c>guest-ping</c>.</summary>
    [Benchmark]
    public long? Ping() => Envelope.Peek(PingReply, MaxDepth).Id;

    /// <summary>An event of QEMU's.</summary>
    [Benchmark]
    public EnvelopeKind Event() => Envelope.Peek(QmpEvent, MaxDepth).Kind;

    /// <summary>An answer of 1.4 MB, whose id is at its end.</summary>
    [Benchmark]
    public long? File() => Envelope.Peek(FileReply, MaxDepth).Id;
}
