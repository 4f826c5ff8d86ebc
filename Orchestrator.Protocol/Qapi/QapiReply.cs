using System.Buffers;
using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Qapi;

/// <summary>
/// The way in: a peer's JSON is decoded against its type and written anew from the decoded values. No method throws, whatever the bytes.
/// When a method returns false, <c>output</c> may hold the beginning of a text and must be thrown away.
/// </summary>
public static class QapiReply
{
    /// <summary>Checks and re-marshals the value of <c>return</c>.</summary>
    /// <remarks>
    /// Members the schema does not know are dropped; enum values and union tags it does not know are kept, since newer agents have more of them.
    /// Refused are: other types, integers outside their range, missing mandatory members, null in place of a value, names given twice
    /// (in dropped members too), broken base64 in base64 members, invalid UTF-8, lone surrogates, infinite numbers, and whatever exceeds a limit.
    /// </remarks>
    /// <param name="returns">The command's <see cref="QapiCommand.Returns"/>; null takes any object and writes <c>{}</c>.</param>
    /// <param name="json">One whole JSON value.</param>
    /// <param name="output">Receives compact UTF-8 JSON.</param>
    /// <param name="limits">Usually <see cref="QapiLimits.Guest"/>.</param>
    /// <param name="violation">The first violation; null on success.</param>
    public static bool TryRemarshal(QapiType? returns, ReadOnlySpan<byte> json, IBufferWriter<byte> output, QapiLimits limits, out QapiViolation? violation) =>
        TryRemarshal(returns, json, output, limits, out violation, out _);

    /// <summary>The same, and tells how many tokens were decoded.</summary>
    internal static bool TryRemarshal(
        QapiType? returns, ReadOnlySpan<byte> json, IBufferWriter<byte> output, QapiLimits limits, out QapiViolation? violation, out int tokens)
    {
        var target = returns is null ? QapiTarget.EmptyObject : QapiTarget.Of(returns);
        violation = QapiTranscoder.Transcode(json, target, QapiStrictness.Received, "return", output, limits, out tokens);
        return violation is null;
    }

    /// <summary>The same for the <c>data</c> of an event.</summary>
    public static bool TryRemarshal(QapiEvent @event, ReadOnlySpan<byte> json, IBufferWriter<byte> output, QapiLimits limits, out QapiViolation? violation) =>
        TryTranscode(QapiTarget.Of(@event.DataType), json, output, limits, "data", out violation);

    /// <summary>
    /// Re-writes a result for which there is no schema at hand: everything is kept, but it must be strict JSON within the limits, with each name once
    /// per object, valid Unicode and finite numbers. For QEMU's own results; a guest's reply has a type.
    /// </summary>
    public static bool TryNormalize(ReadOnlySpan<byte> json, IBufferWriter<byte> output, QapiLimits limits, out QapiViolation? violation) =>
        TryTranscode(QapiTarget.Anything, json, output, limits, "return", out violation);

    private static bool TryTranscode(
        QapiTarget target, ReadOnlySpan<byte> json, IBufferWriter<byte> output, QapiLimits limits, string root, out QapiViolation? violation)
    {
        violation = QapiTranscoder.Transcode(json, target, QapiStrictness.Received, root, output, limits, out _);
        return violation is null;
    }
}
