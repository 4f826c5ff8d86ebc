using System.Diagnostics;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Cli;

/// <summary>One start of a program, to its end.</summary>
/// <param name="Milliseconds">Wall time from before its start until its end and the end of its output are known.</param>
/// <param name="CpuMilliseconds">User and system time.</param>
public sealed record CliStart(double Milliseconds, double CpuMilliseconds)
{
    /// <summary>Starts a program and reads what it writes, as a shell's user does with a pipe. No other child may end meanwhile: its time would be counted.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="isRight">What its output must be.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="BenchException">It failed, or wrote something else.</exception>
    public static async Task<CliStart> MeasureAsync(string program, IReadOnlyList<string> arguments, Func<string, bool> isRight, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(isRight);
        var (cpu, began) = (ChildrenUsage.Cpu(), TimeProvider.System.GetTimestamp());
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var killer = cancel.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        var wall = TimeProvider.System.GetElapsedTime(began);
        cancel.ThrowIfCancellationRequested();
        if (process.ExitCode != 0 || !isRight(output))
            throw new BenchException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}{output}");
        return new CliStart(wall.TotalMilliseconds, (ChildrenUsage.Cpu() - cpu).TotalMilliseconds);
    }
}
