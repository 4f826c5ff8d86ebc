using System.Buffers;
using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>
/// The seed design's <c>guest-view-file</c>, which no agent has: <c>guest-file-open</c>, <c>guest-file-read</c> in pieces and
/// <c>guest-file-close</c>, whatever happens in between, so that no handle is left in the guest.
/// </summary>
public static class GuestFileView
{
    /// <summary>Longest part of a file that is read; the answer says <c>truncated</c> if there is more.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const int PieceBytes = 1024 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reads the file. The first answer that is no success ends it and is the result.</summary>
    /// <param name="channel">The VM's agent.</param>
    /// <param name="command">An encoded <c>guest-view-file</c>.</param>
    /// <param name="timeout">From now to the last piece.</param>
    /// <param name="time">Clock of the deadline.</param>
    public static async Task<CommandResult> RunAsync(IAgentChannel channel, EncodedCommand command, TimeSpan timeout, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(time);
        var filename = FilenameOf(command);
        var startedAt = time.GetTimestamp();
        var opened = await channel.ExecuteAsync(Open(filename), timeout).ConfigureAwait(false);
        if (opened is not CommandResult.Returned handle)
            return opened;
        var number = Encoded("handle", handle.Value);
        try
        {
            var contents = new ArrayBufferWriter<byte>();
            while (contents.WrittenCount < MaxBytes)
            {
                var remaining = timeout - time.GetElapsedTime(startedAt);
                if (remaining <= TimeSpan.Zero)
                    return new CommandResult.NoReply(NoReplyCause.DeadlinePassed, Written: true, $"the deadline passed after {contents.WrittenCount} bytes of {filename}");
                var wanted = Math.Min(PieceBytes, MaxBytes - contents.WrittenCount);
                var answer = await channel.ExecuteAsync(Read(number, wanted), remaining).ConfigureAwait(false);
                if (answer is not CommandResult.Returned piece)
                    return answer;
                if (Append(piece.Value, wanted, contents) is { } violation)
                    return violation;
                if (IsLast(piece.Value))
                    return Answer(filename, contents.WrittenSpan, truncated: false);
            }
            return Answer(filename, contents.WrittenSpan, truncated: true);
        }
        finally
        {
            await channel.ExecuteAsync(EncodedCommand.ForGuest("guest-file-close", number), CloseTimeout).ConfigureAwait(false);
        }
    }

    private static string FilenameOf(EncodedCommand command)
    {
        using var document = JsonDocument.Parse(command.Arguments);
        return document.RootElement.GetProperty("filename"u8).GetString()!;
    }

    private static EncodedCommand Open(string filename) => EncodedCommand.ForGuest("guest-file-open", Object(writer =>
    {
        writer.WriteString("path"u8, filename);
        writer.WriteString("mode"u8, "rb"u8);
    }));

    private static EncodedCommand Read(JsonElement handle, int count) => EncodedCommand.ForGuest("guest-file-read", Object(writer =>
    {
        writer.WritePropertyName("handle"u8);
        handle.GetProperty("handle"u8).WriteTo(writer);
        writer.WriteNumber("count"u8, count);
    }));

    private static JsonElement Encoded(string member, ReadOnlyMemory<byte> value) => Object(writer =>
    {
        writer.WritePropertyName(member);
        writer.WriteRawValue(value.Span);
    });

    /// <summary>The agent must not claim another length than it sent, nor send more than was asked for.</summary>
    private static CommandResult.Violated? Append(ReadOnlyMemory<byte> piece, int wanted, ArrayBufferWriter<byte> contents)
    {
        using var document = JsonDocument.Parse(piece);
        var bytes = document.RootElement.GetProperty("buf-b64"u8).GetBytesFromBase64();
        var count = document.RootElement.GetProperty("count"u8).GetInt64();
        if (count != bytes.Length || count > wanted)
            return new CommandResult.Violated(new ReplyViolation(ViolationKind.Schema, "return.count", $"expected {bytes.Length}, the length of buf-b64 and at most {wanted}, found {count}"));
        contents.Write(bytes);
        return null;
    }

    /// <summary>An empty piece is an end too: a guest must not keep us reading for ever.</summary>
    private static bool IsLast(ReadOnlyMemory<byte> piece)
    {
        using var document = JsonDocument.Parse(piece);
        return document.RootElement.GetProperty("eof"u8).GetBoolean() || document.RootElement.GetProperty("count"u8).GetInt64() == 0;
    }

    private static CommandResult.Returned Answer(string filename, ReadOnlySpan<byte> contents, bool truncated)
    {
        var output = new ArrayBufferWriter<byte>((contents.Length * 4 / 3) + 256);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("filename"u8, filename);
        writer.WriteBase64String("contents"u8, contents);
        writer.WriteNumber("count"u8, contents.Length);
        writer.WriteBoolean("truncated"u8, truncated);
        writer.WriteEndObject();
        writer.Flush();
        return new CommandResult.Returned(output.WrittenMemory);
    }

    private static JsonElement Object(Action<Utf8JsonWriter> members)
    {
        var output = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        members(writer);
        writer.WriteEndObject();
        writer.Flush();
        using var document = JsonDocument.Parse(output.WrittenMemory);
        return document.RootElement.Clone();
    }
}
