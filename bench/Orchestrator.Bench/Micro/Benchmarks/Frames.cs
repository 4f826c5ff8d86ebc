using System.Buffers;
using BenchmarkDotNet.Attributes;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Bench.Micro.Benchmarks;

/// <summary>The frame reader: bytes to messages, from buffers of the size that a session reads.</summary>
public class Frames
{
    private const int Messages = 1000;
    private const int SegmentBytes = 4096;

    private readonly FrameSplitter _splitter = new() { MaxFrameBytes = 72 << 20 };
    private ReadOnlySequence<byte> _small;
    private ReadOnlySequence<byte> _large;

    /// <summary>Makes the streams.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        _small = Segments([.. Enumerable.Range(0, Messages).SelectMany(id => SampleReplies.Message("{}"u8, id))]);
        _large = Segments(SampleReplies.Message(SampleReplies.File, 1));
    }

    /// <summary>One of many answers to <c>guest-ping</c>.</summary>
    [Benchmark(OperationsPerInvoke = Messages)]
    public long Small() => Read(_small);

    /// <summary>One message of 1.4 MB.</summary>
    [Benchmark]
    public long Large() => Read(_large);

    private long Read(ReadOnlySequence<byte> stream)
    {
        var bytes = 0L;
        while (_splitter.TryRead(ref stream, out var frame))
            bytes += frame.Length;
        return bytes;
    }

    private static ReadOnlySequence<byte> Segments(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, Math.Min(SegmentBytes, bytes.Length)), 0);
        var last = first;
        for (var at = SegmentBytes; at < bytes.Length; at += SegmentBytes)
            last = last.Append(bytes.AsMemory(at, Math.Min(SegmentBytes, bytes.Length - at)));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
