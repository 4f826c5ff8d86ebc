using System.Text.Json;

namespace Orchestrator.Host.Cli;

/// <summary>Ends a command with a message for people on standard error and an exit code for scripts.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">What happened, where, and what to do next. May hold guest text: it is escaped where it is printed.</param>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>The outcome that the server's problem came with; <see langword="null"/> for every other error.</summary>
    public JsonElement? Outcome { get; init; }

    /// <summary>The server's problem (RFC 9457); <see langword="null"/> for every other error.</summary>
    public JsonElement? Problem { get; init; }

    /// <summary>Whether the same may do a little later: the server is away, or says that it cannot now (503).</summary>
    public bool MayPass { get; init; }

    public static CliException Usage(string message) => new(ExitCodes.Usage, message);
}
