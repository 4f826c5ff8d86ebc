using System.Text.Json;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Protocol.Commands;

/// <summary>Rules of the agent's answers that no type can say: members that must agree with each other, and with what was asked.</summary>
internal static class ReplyConsistency
{
    /// <param name="command">The command that was asked.</param>
    /// <param name="value">Its answer, which passed the schema and was written afresh.</param>
    /// <returns>Null when all agrees.</returns>
    public static QapiViolation? Check(EncodedCommand command, ReadOnlySpan<byte> value) => command.Name switch
    {
        "guest-file-read" => CheckFileRead(ReplyLimits.FileReadCount(command.Arguments.Span), value),
        "guest-exec-status" => CheckExecStatus(value),
        _ => null,
    };

    /// <summary>GuestFileRead: <c>count</c> is the length of <c>buf-b64</c> before base64, and no more than was asked for.</summary>
    private static QapiViolation? CheckFileRead(long wanted, ReadOnlySpan<byte> value)
    {
        long count = 0, decoded = 0;
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var (isCount, isBuffer) = (reader.ValueTextEquals("count"u8), reader.ValueTextEquals("buf-b64"u8));
            reader.Read();
            if (isCount)
                count = reader.GetInt64();
            else if (isBuffer)
                decoded = DecodedLength(reader.ValueSpan);
        }
        if (count != decoded)
            return new QapiViolation("return.count", $"{decoded}, the length of buf-b64", $"{count}");
        return count > wanted ? new QapiViolation("return.count", $"at most {wanted}, as was asked for", $"{count}") : null;
    }

    /// <summary>GuestExecStatus: a program ends by itself or by a signal.</summary>
    private static QapiViolation? CheckExecStatus(ReadOnlySpan<byte> value)
    {
        bool exitCode = false, signal = false;
        var reader = new Utf8JsonReader(value);
        while (reader.Read())
        {
            exitCode |= reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("exitcode"u8);
            signal |= reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("signal"u8);
        }
        return exitCode && signal ? new QapiViolation("return.signal", "one of exitcode and signal", "both") : null;
    }

    /// <summary>Of base64 that is known to be valid.</summary>
    private static long DecodedLength(ReadOnlySpan<byte> base64) => base64.Length / 4 * 3 - (base64.EndsWith("=="u8) ? 2 : base64.EndsWith("="u8) ? 1 : 0);
}
