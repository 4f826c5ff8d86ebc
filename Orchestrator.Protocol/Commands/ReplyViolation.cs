using System.Buffers;

namespace Orchestrator.Protocol.Commands;

/// <summary>What was wrong with an answer. Its words are ours; only <see cref="Excerpt"/> holds bytes of the peer.</summary>
/// <param name="Kind">Which rule it broke.</param>
/// <param name="Path">Where, as a path through the schema: <c>return.supported_commands[3].name</c>; empty for the message as a whole.</param>
/// <param name="Detail">For people: what was expected and what came.</param>
public sealed record ReplyViolation(ViolationKind Kind, string Path, string Detail)
{
    private const int BytesBefore = 16;
    private const int MaxExcerptBytes = 64;

    /// <summary>The peer's own bytes around the place, at most 64: to be shown in hex, never as text.</summary>
    public ReadOnlyMemory<byte> Excerpt { get; private init; }

    /// <summary>Where in the message <see cref="Excerpt"/> begins, in bytes.</summary>
    public long Offset { get; private init; }

    /// <summary>The same with the bytes around a place in the message.</summary>
    internal ReplyViolation At(in ReadOnlySequence<byte> message, long place)
    {
        var start = Math.Clamp(place - BytesBefore, 0, message.Length);
        return this with { Offset = start, Excerpt = message.Slice(start, Math.Min(message.Length - start, MaxExcerptBytes)).ToArray() };
    }

    /// <summary>The same with the last bytes of a message that was not kept.</summary>
    internal ReplyViolation AtEnd(ReadOnlySpan<byte> tail, long length)
    {
        var last = tail[Math.Max(0, tail.Length - MaxExcerptBytes)..];
        return this with { Offset = length - last.Length, Excerpt = last.ToArray() };
    }
}

/// <summary>Which rule an answer broke.</summary>
public enum ViolationKind
{
    /// <summary>It is not a well-formed message.</summary>
    Malformed,

    /// <summary>It does not fit the command's schema, or a limit on depth, tokens or lengths.</summary>
    Schema,

    /// <summary>It is larger than the limit for this command.</summary>
    TooLarge,

    /// <summary>It answers nothing that was asked.</summary>
    Unasked,
}
