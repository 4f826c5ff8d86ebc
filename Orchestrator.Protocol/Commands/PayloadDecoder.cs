using System.Buffers;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Commands;

/// <summary>Turns an answer's payload, still in the pipe's buffer, into a result that owns its bytes.</summary>
internal static class PayloadDecoder
{
    /// <param name="command">The command that was asked.</param>
    /// <param name="payload">Value of <c>return</c> or <c>error</c>.</param>
    /// <param name="kind"><see cref="EnvelopeKind.Return"/> or <see cref="EnvelopeKind.Error"/>.</param>
    public static CommandResult Decode(EncodedCommand command, in ReadOnlySequence<byte> payload, EnvelopeKind kind)
    {
        if (payload.IsSingleSegment)
            return Decode(command, payload.FirstSpan, kind);
        var length = (int)payload.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            payload.CopyTo(joined);
            return Decode(command, joined.AsSpan(0, length), kind);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    private static CommandResult Decode(EncodedCommand command, ReadOnlySpan<byte> payload, EnvelopeKind kind) =>
        kind == EnvelopeKind.Error ? ErrorReply.Decode(payload) : command.Decode(payload);
}
