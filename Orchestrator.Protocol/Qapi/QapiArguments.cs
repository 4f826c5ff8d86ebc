using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Protocol.Qapi.Transcoding;

namespace Orchestrator.Protocol.Qapi;

/// <summary>The way out: arguments are checked against the command, then written from the checked values, once for however many guests.</summary>
public static class QapiArguments
{
    /// <summary>Checks an <c>arguments</c> object strictly: no unknown members, no unknown enum values, all mandatory members present.</summary>
    /// <param name="command">Whose arguments they are.</param>
    /// <param name="arguments">An object; undefined and null stand for no arguments.</param>
    /// <returns>Compact UTF-8 JSON of the object, <c>{}</c> without arguments.</returns>
    /// <exception cref="QapiValidationException">The first argument that does not fit, and what to do about it.</exception>
    public static byte[] Encode(QapiCommand command, JsonElement arguments) =>
        arguments.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null
            ? EncodeJson(command, "{}"u8)
            : EncodeJson(command, JsonMarshal.GetRawUtf8Value(arguments));

    /// <summary>The same from UTF-8 JSON.</summary>
    /// <exception cref="QapiValidationException">The first argument that does not fit, and what to do about it.</exception>
    public static byte[] EncodeJson(QapiCommand command, ReadOnlySpan<byte> arguments)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(arguments.Length, 16));
        return Transcode(command, arguments, output) is { } violation ? throw new QapiValidationException(command.Name, violation) : output.WrittenSpan.ToArray();
    }

    /// <summary>The same check without a result: the first argument that does not fit, or <see langword="null"/>.</summary>
    public static QapiViolation? Check(QapiCommand command, ReadOnlySpan<byte> arguments) =>
        Transcode(command, arguments, new ArrayBufferWriter<byte>(Math.Max(arguments.Length, 16)));

    /// <summary>Arguments as typed on a command line, each <c>name=value</c> read by the argument's type.</summary>
    /// <remarks>
    /// A <c>str</c> takes the text as it is. Integers, numbers, <c>true</c>/<c>false</c> and enum values are written plainly.
    /// An array is a JSON array, or is given element by element by repeating the name (<c>arg=-c arg=ls</c>).
    /// Objects are JSON, or are given member by member (<c>outer.inner=1</c>). <c>name:=json</c> is JSON whatever the type.
    /// </remarks>
    /// <returns>As from <see cref="Encode"/>.</returns>
    /// <exception cref="QapiValidationException">A pair that is malformed, unknown, given twice or does not fit.</exception>
    public static byte[] FromKeyValues(QapiCommand command, IEnumerable<string> pairs) =>
        EncodeJson(command, KeyValueArguments.ToJson(command, pairs));

    private static QapiViolation? Transcode(QapiCommand command, ReadOnlySpan<byte> arguments, ArrayBufferWriter<byte> output) => QapiTranscoder.Transcode(
        arguments, QapiTarget.ArgumentsOf(command), QapiStrictness.Sent, KeyValueArguments.Root, output, QapiLimits.Arguments, out _);
}
