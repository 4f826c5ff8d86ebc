using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.Bench.Processes;

/// <summary>
/// A program that runs beside the benchmark with its output in a file. The one who starts it ends it: disposing kills the process
/// and waits until it is gone. Only this process id is ever signalled.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int LogTailLines = 20;
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(30);
    private readonly Process _process;
    private readonly string _log;

    private ChildProcess(Process process, string log) => (_process, _log) = (process, log);

    /// <summary>The process id; that of the program itself, not of a shell.</summary>
    public int Id => _process.Id;

    /// <summary>True once the program has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts <paramref name="program"/> with standard output and error appended to the file <paramref name="log"/>.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The system refuses another process.</exception>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string log)
    {
        // The shell only redirects and is then replaced: pipes to thousands of quiet children would cost a file descriptor each.
        string[] shell = ["-c", "exec \"$@\" >>\"$0\" 2>&1 </dev/null", log, program];
        var start = new ProcessStartInfo("/bin/sh", shell.Concat(arguments));
        return new ChildProcess(Process.Start(start)!, log);
    }

    /// <summary>The last lines that the program wrote, for an error message.</summary>
    public string LogTail() =>
        File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(LogTailLines)) : "";

    /// <summary>Waits for the program to end by itself. Returns its exit code, or null if it still runs after <paramref name="patience"/>.</summary>
    public async Task<int?> WaitAsync(TimeSpan patience, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        await _process.WaitForExitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        return _process.HasExited ? _process.ExitCode : null;
    }

    /// <summary>Asks the program to end (SIGTERM) and kills it if it has not done so within <paramref name="grace"/>.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, SigTerm);
            await WaitAsync(grace, CancellationToken.None);
        }
        await DisposeAsync();
    }

    /// <summary>Ends the program at once (SIGKILL).</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await WaitAsync(KillPatience, CancellationToken.None);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
