using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>Reads single members of <c>guest-exec</c>'s and <c>guest-exec-status</c>' messages, which passed the schema, and leaves the output alone, which can be very long.</summary>
public static class ExecJson
{
    /// <summary>Which program a <c>guest-exec-status</c> asks for; <see langword="null"/> for other commands.</summary>
    public static long? PidOf(EncodedCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.Name == "guest-exec-status" ? Number(command.Arguments.Span, "pid"u8) : null;
    }

    /// <summary>The program that a <c>guest-exec</c> has started.</summary>
    public static long PidOf(CommandResult.Returned started)
    {
        ArgumentNullException.ThrowIfNull(started);
        return Number(started.Value.Span, "pid"u8) ?? 0;
    }

    /// <summary>Whether an answer to <c>guest-exec-status</c> tells an end.</summary>
    public static bool HasExited(CommandResult.Returned answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var reader = new Utf8JsonReader(answer.Value.Span);
        return IsAt(ref reader, "exited"u8) && reader.TokenType == JsonTokenType.True;
    }

    /// <summary>A member of the message itself, if it is there and an integer.</summary>
    /// <param name="json">An object.</param>
    /// <param name="member">Its name.</param>
    public static long? Number(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(json);
        return IsAt(ref reader, member) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;
    }

    private static bool IsAt(ref Utf8JsonReader reader, ReadOnlySpan<byte> member)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(member))
                return reader.Read();
        }
        return false;
    }
}
