using System.Diagnostics;
using System.Runtime.InteropServices;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>The built program, as a user starts it: every run is a process of its own.</summary>
internal static class OrchestratorProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>The executable itself, as it is installed.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "orchestrator");

    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "orchestrator.dll");

    /// <summary>Starts it and lets it run.</summary>
    public static ChildProcess Start(params IEnumerable<string> arguments) => StartWith([], arguments);

    /// <summary>The same with environment variables of its own, each <c>NAME=value</c>.</summary>
    public static ChildProcess StartWith(IEnumerable<string> environment, IEnumerable<string> arguments) =>
        StartWith([], environment, arguments);

    /// <summary>The same on a host of a lab.</summary>
    /// <param name="launcher">As <see cref="ChildProcess.StartWith"/> takes it.</param>
    /// <param name="environment">Variables, each <c>NAME=value</c>.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="log">A file that all its output is added to.</param>
    public static ChildProcess StartWith(IReadOnlyList<string> launcher, IEnumerable<string> environment, IEnumerable<string> arguments, string? log = null) =>
        ChildProcess.StartWith(launcher, "/usr/bin/env", [.. environment, Dotnet, Assembly, .. arguments], log);

    /// <summary>Runs it to its end, with its two outputs apart.</summary>
    public static async Task<ProgramRun> RunAsync(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Dotnet, [Assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new ProgramRun(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"orchestrator {string.Join(' ', start.ArgumentList.Skip(1))} still runs after {Limit.TotalMinutes:0} min");
        }
    }
}

/// <summary>How a run ended.</summary>
internal sealed record ProgramRun(int ExitCode, string Out, string Error)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
