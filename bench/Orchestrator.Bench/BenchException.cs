namespace Orchestrator.Bench;

/// <summary>A failure that the person who runs the benchmark can act on: the message is all they need, no stack trace is shown.</summary>
public sealed class BenchException(string message, int exitCode = BenchException.Failed) : Exception(message)
{
    /// <summary>The benchmark could not be run to its end.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was started.</summary>
    public const int UsageError = 2;

    /// <summary><see cref="Failed"/> or <see cref="UsageError"/>.</summary>
    public int ExitCode { get; } = exitCode;
}
