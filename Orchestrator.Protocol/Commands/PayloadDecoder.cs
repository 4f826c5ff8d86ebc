using System.Buffers;
using Orchestrator.Protocol.Framing;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Commands;

/// <summary>Turns an answer, still in the pipe's buffer, into a result that owns its bytes.</summary>
internal static class PayloadDecoder
{
    /// <param name="command">The command that was asked.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="envelope">Of an <see cref="EnvelopeKind.Return"/> or <see cref="EnvelopeKind.Error"/>.</param>
    /// <param name="tokens">How many JSON tokens of a guest were decoded.</param>
    public static CommandResult Decode(EncodedCommand command, in ReadOnlySequence<byte> message, in Envelope envelope, out int tokens)
    {
        tokens = 0;
        var payload = message.Slice(envelope.PayloadStart, envelope.PayloadLength);
        if (envelope.Kind == EnvelopeKind.Error)
            return ErrorReply.Decode(payload);
        var violation = Decode(command, payload, out var value, out tokens);
        return violation is null
            ? value.Equals(EncodedCommand.EmptyReturn.Value) ? EncodedCommand.EmptyReturn : new CommandResult.Returned(value)
            : new CommandResult.Violated(new ReplyViolation(ViolationKind.Schema, violation.Path, $"expected {violation.Expected}, got {violation.Actual}")
                .At(message, envelope.PayloadStart + violation.Offset));
    }

    private static QapiViolation? Decode(EncodedCommand command, in ReadOnlySequence<byte> payload, out ReadOnlyMemory<byte> value, out int tokens)
    {
        if (payload.IsSingleSegment)
            return command.Decode(payload.FirstSpan, out value, out tokens);
        var length = (int)payload.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            payload.CopyTo(joined);
            return command.Decode(joined.AsSpan(0, length), out value, out tokens);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }
}
