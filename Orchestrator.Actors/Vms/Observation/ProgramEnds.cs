using System.Text.Json;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>Reads how a program ended and leaves its output alone, which can be very long.</summary>
internal static class ProgramEnds
{
    /// <summary>Of a <c>guest-exec-status</c> and its answer, which passed the schema.</summary>
    public static AgentEvents.ProgramEnded Read(EncodedCommand status, CommandResult.Returned answer) =>
        new(PidOf(status) ?? 0, NumberOf(answer.Value.Span, "exitcode"u8), NumberOf(answer.Value.Span, "signal"u8));

    /// <summary>Which program a <c>guest-exec-status</c> asks for; <see langword="null"/> for other commands.</summary>
    public static long? PidOf(EncodedCommand command) => command.Name == "guest-exec-status" ? NumberOf(command.Arguments.Span, "pid"u8) : null;

    /// <summary>The program that a <c>guest-exec</c> has started.</summary>
    public static long PidOf(CommandResult.Returned started) => NumberOf(started.Value.Span, "pid"u8) ?? 0;

    /// <summary>Whether an answer to <c>guest-exec-status</c> tells an end.</summary>
    public static bool HasExited(CommandResult.Returned answer)
    {
        var reader = new Utf8JsonReader(answer.Value.Span);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("exited"u8))
                return reader.Read() && reader.TokenType == JsonTokenType.True;
        }
        return false;
    }

    private static long? NumberOf(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(member))
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) ? value : null;
        }
        return null;
    }
}
