using System.Text.Json;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Commands;

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

    /// <summary>Standard output; at most 16 MiB from the agent itself.</summary>
    public ReadOnlyMemory<byte> Stdout { get; init; }

    /// <summary>Standard error; at most 16 MiB from the agent itself.</summary>
    public ReadOnlyMemory<byte> Stderr { get; init; }

    /// <summary>Standard output past the cap was dropped.</summary>
    public bool StdoutTruncated { get; init; }

    /// <summary>Standard error past the cap was dropped.</summary>
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

    /// <summary>The same as <c>GuestRunResult</c>.</summary>
    public CommandResult.Returned ToRunResult() => GuestJson.Returned(writer =>
    {
        writer.WriteNumber("pid"u8, Pid);
        if (ExitCode is { } code)
            writer.WriteNumber("exitcode"u8, code);
        if (Signal is { } signal)
            writer.WriteNumber("signal"u8, signal);
        writer.WriteBase64String("out-data"u8, Stdout.Span);
        writer.WriteBase64String("err-data"u8, Stderr.Span);
        writer.WriteBoolean("out-truncated"u8, StdoutTruncated);
        writer.WriteBoolean("err-truncated"u8, StderrTruncated);
    });

    private static long? Number(JsonElement status, string member) => status.TryGetProperty(member, out var value) ? value.GetInt64() : null;

    private static byte[] Bytes(JsonElement status, string member) => status.TryGetProperty(member, out var value) ? value.GetBytesFromBase64() : [];

    private static bool Flag(JsonElement status, string member) => status.TryGetProperty(member, out var value) && value.GetBoolean();
}
