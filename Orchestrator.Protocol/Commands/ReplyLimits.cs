using System.Text.Json;

namespace Orchestrator.Protocol.Commands;

/// <summary>How large an answer may be, derived from what was asked: a guest cannot make us keep more than that.</summary>
public static class ReplyLimits
{
    /// <summary>QMP answers: 16 MiB. <c>query-qmp-schema</c> is 0.2 MiB.</summary>
    public const long Qmp = 16 * 1024 * 1024;

    /// <summary>Agent answers that carry no bulk data: 4 MiB.</summary>
    public const long Agent = 4 * 1024 * 1024;

    /// <summary>Answers while nothing is asked, and before synchronization: 64 KiB.</summary>
    public const long Unsolicited = 64 * 1024;

    /// <summary><c>guest-exec-status</c>: two streams of the agent's own cap, 16 MiB each, as base64, and the members around them.</summary>
    public const long ExecStatus = (2 * 16 * 1024 * 1024 / 3 * 4) + 4096;

    /// <summary>Largest <c>count</c> that <c>guest-file-read</c> takes (the agent's own cap): 48 MiB.</summary>
    public const long MaxFileRead = 48 * 1024 * 1024;

    private const long DefaultFileRead = 4096;

    /// <summary>Limit for a command of the guest namespace.</summary>
    /// <param name="name">Command name.</param>
    /// <param name="encodedArguments">Arguments that passed the schema.</param>
    public static long ForGuest(string name, ReadOnlySpan<byte> encodedArguments) => name switch
    {
        "guest-exec-status" => ExecStatus,
        "guest-file-read" => (Math.Clamp(FileReadCount(encodedArguments), 0, MaxFileRead) + 2) / 3 * 4 + 4096,
        _ => Agent,
    };

    /// <summary>How many bytes a <c>guest-file-read</c> asks for.</summary>
    internal static long FileReadCount(ReadOnlySpan<byte> encodedArguments)
    {
        var reader = new Utf8JsonReader(encodedArguments);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("count"u8))
                return reader.Read() && reader.TryGetInt64(out var count) ? count : DefaultFileRead;
        }
        return DefaultFileRead;
    }
}
