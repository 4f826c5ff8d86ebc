using System.Buffers;

namespace Orchestrator.Protocol.Framing;

/// <summary>
/// Cuts a byte stream into messages at line ends. QEMU ends a message with CR LF (QMP) or LF (agent) and never has a raw line end inside
/// one. The agent's sentinel 0xFF starts a message afresh: what stood unfinished before it is dropped.
/// A message over the limit is skipped without being kept, and reported once; the stream stays usable.
/// Runs only on the read loop; remembers how far it has looked, so no byte is searched twice.
/// </summary>
public sealed class FrameSplitter
{
    private const byte Sentinel = 0xFF;
    private const int TailBytes = 128;
    private static readonly SearchValues<byte> Delimiters = SearchValues.Create([(byte)'\n', Sentinel]);

    private readonly byte[] _tail = new byte[TailBytes];
    private int _tailLength;
    private long _searched;
    private long _skipped;
    private bool _skipping;
    private bool _afterSentinel;

    /// <summary>Largest message accepted, in bytes. May change between calls; a message being read is held against the new limit.</summary>
    public long MaxFrameBytes { get; set; }

    /// <summary>Bytes that were in no message: cut ones before a sentinel, skipped ones, blank lines, and sentinels without a message behind them.</summary>
    public long DroppedBytes { get; private set; }

    /// <summary>Whether the end of a message over the limit has not come.</summary>
    internal bool IsSkipping => _skipping;

    /// <summary>The last bytes of the message that is being skipped; empty when none is. Valid until the next call.</summary>
    public ReadOnlySpan<byte> SkippedTail => _tail.AsSpan(0, _tailLength);

    /// <summary>Takes the next message off the front of <paramref name="buffer"/>.</summary>
    /// <returns><see langword="false"/> when more bytes are needed; <paramref name="buffer"/> then starts at what must be kept.</returns>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        while (TryFindDelimiter(buffer, out var length, out var delimiter))
        {
            var line = buffer.Slice(0, length);
            buffer = buffer.Slice(length + 1);
            _searched = 0;
            if (delimiter == Sentinel)
            {
                StartAfresh(length);
                continue;
            }
            if (_skipping || length > MaxFrameBytes)
            {
                frame = FinishOversized(line);
                return true;
            }
            var afterSentinel = _afterSentinel;
            _afterSentinel = false;
            line = TrimCarriageReturn(line);
            if (line.IsEmpty)
            {
                DroppedBytes += length + 1;
                continue;
            }
            frame = new Frame { Bytes = line, Length = line.Length, AfterSentinel = afterSentinel };
            return true;
        }

        if (_skipping || buffer.Length > MaxFrameBytes)
            Skip(ref buffer);
        frame = default;
        return false;
    }

    private bool TryFindDelimiter(in ReadOnlySequence<byte> buffer, out long length, out byte delimiter)
    {
        length = _searched;
        foreach (var segment in buffer.Slice(_searched))
        {
            var index = segment.Span.IndexOfAny(Delimiters);
            if (index >= 0)
            {
                length += index;
                delimiter = segment.Span[index];
                return true;
            }
            length += segment.Length;
        }
        _searched = length;
        delimiter = 0;
        return false;
    }

    private void StartAfresh(long cut)
    {
        DroppedBytes += cut + (_afterSentinel ? 1 : 0);
        _skipping = false;
        _skipped = 0;
        _tailLength = 0;
        _afterSentinel = true;
    }

    private void Skip(ref ReadOnlySequence<byte> buffer)
    {
        _skipping = true;
        _skipped += buffer.Length;
        DroppedBytes += buffer.Length;
        KeepTail(buffer);
        buffer = buffer.Slice(buffer.End);
        _searched = 0;
    }

    private Frame FinishOversized(ReadOnlySequence<byte> rest)
    {
        KeepTail(rest);
        DroppedBytes += rest.Length;
        var frame = new Frame { IsOversized = true, Length = _skipped + rest.Length, AfterSentinel = _afterSentinel, Tail = _tail.AsSpan(0, _tailLength) };
        _skipping = false;
        _afterSentinel = false;
        _skipped = 0;
        _tailLength = 0;
        return frame;
    }

    private void KeepTail(in ReadOnlySequence<byte> bytes)
    {
        var last = bytes.Length > TailBytes ? bytes.Slice(bytes.Length - TailBytes) : bytes;
        var keep = Math.Min(_tailLength, TailBytes - (int)last.Length);
        _tail.AsSpan(_tailLength - keep, keep).CopyTo(_tail);
        last.CopyTo(_tail.AsSpan(keep));
        _tailLength = keep + (int)last.Length;
    }

    private static ReadOnlySequence<byte> TrimCarriageReturn(in ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
            return line;
        var last = line.Slice(line.Length - 1);
        return last.FirstSpan[0] == (byte)'\r' ? line.Slice(0, line.Length - 1) : line;
    }
}
