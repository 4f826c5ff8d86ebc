using System.Text.Json;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Protocol.Agent.Files;

/// <summary>One step of reading a file.</summary>
/// <param name="Bytes">What was read.</param>
/// <param name="IsLast">Whether the file ends here.</param>
/// <param name="Failure">The answer that is no success; nothing was read then.</param>
public readonly record struct GuestFileChunk(ReadOnlyMemory<byte> Bytes, bool IsLast, CommandResult? Failure)
{
    /// <summary>Reads an answer to <c>guest-file-read</c> that passed the schema. It must not claim another length than it has, nor bring more than was asked for.</summary>
    internal static GuestFileChunk Decode(ReadOnlyMemory<byte> answer, int wanted)
    {
        var piece = JsonElement.Parse(answer.Span);
        var bytes = piece.GetProperty("buf-b64"u8).GetBytesFromBase64();
        var count = piece.GetProperty("count"u8).GetInt64();
        if (count != bytes.Length || count > wanted)
            return new GuestFileChunk(default, IsLast: true, WrongCount($"{bytes.Length}, the length of buf-b64 and at most {wanted}", count));
        // An empty piece is an end too: a guest must not keep us reading for ever.
        return new GuestFileChunk(bytes, bytes.Length == 0 || piece.GetProperty("eof"u8).GetBoolean(), null);
    }

    internal static CommandResult.Violated WrongCount(string expected, long found) =>
        new(new ReplyViolation(ViolationKind.Schema, "return.count", $"expected {expected}, found {found}"));
}
