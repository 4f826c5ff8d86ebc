using System.Text;

namespace Orchestrator.Host.Emulation.Agent.Programs;

/// <summary>How a program of an emulated guest ends.</summary>
/// <param name="ExitCode">0 to 255.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Duration">How long it runs.</param>
internal sealed record ProgramEnd(int ExitCode, byte[] Output, byte[] Error, TimeSpan Duration)
{
    /// <summary>Success with a text.</summary>
    public static ProgramEnd Of(string output) => new(0, Encoding.UTF8.GetBytes(output), [], TimeSpan.Zero);

    /// <summary>Only an exit code.</summary>
    public static ProgramEnd Code(int exitCode) => new(exitCode, [], [], TimeSpan.Zero);

    /// <summary>Failure with a line of error.</summary>
    public static ProgramEnd Failure(int exitCode, string error) => new(exitCode, [], Encoding.UTF8.GetBytes(error + "\n"), TimeSpan.Zero);
}
