using System.Text.Json;

namespace Orchestrator.Protocol.Agent.Exec;

/// <summary>The agent's <c>GuestExecStatus</c> of a program that ended, decoded.</summary>
public sealed record ExecStatus
{
    /// <summary>The guest's process id.</summary>
    public required long Pid { get; init; }

    /// <summary>Exit code, if the program ended by itself.</summary>
    public long? ExitCode { get; init; }

    /// <summary>Signal number (POSIX) or exception code (Windows), if that ended it.</summary>
    public long? Signal { get; init; }

    /// <summary>Standard output, at most 16 MiB.</summary>
    public ReadOnlyMemory<byte> Stdout { get; init; }

    /// <summary>Standard error, at most 16 MiB.</summary>
    public ReadOnlyMemory<byte> Stderr { get; init; }

    /// <summary>The agent dropped standard output past its cap.</summary>
    public bool StdoutTruncated { get; init; }

    /// <summary>The agent dropped standard error past its cap.</summary>
    public bool StderrTruncated { get; init; }

    /// <summary>Reads an answer to <c>guest-exec-status</c> that passed the schema; <see langword="null"/> while the program runs.</summary>
    public static ExecStatus? Parse(long pid, ReadOnlyMemory<byte> value)
    {
        using var document = JsonDocument.Parse(value);
        var status = document.RootElement;
        if (!status.GetProperty("exited"u8).GetBoolean())
            return null;
        return new ExecStatus
        {
            Pid = pid,
            ExitCode = Number(status, "exitcode"),
            Signal = Number(status, "signal"),
            Stdout = Bytes(status, "out-data"),
            Stderr = Bytes(status, "err-data"),
            StdoutTruncated = Flag(status, "out-truncated"),
            StderrTruncated = Flag(status, "err-truncated"),
        };
    }

    private static long? Number(JsonElement status, string member) => status.TryGetProperty(member, out var value) ? value.GetInt64() : null;

    private static byte[] Bytes(JsonElement status, string member) => status.TryGetProperty(member, out var value) ? value.GetBytesFromBase64() : [];

    private static bool Flag(JsonElement status, string member) => status.TryGetProperty(member, out var value) && value.GetBoolean();
}
