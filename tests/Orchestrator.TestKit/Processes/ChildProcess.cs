using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Orchestrator.TestKit.Processes;

/// <summary>
/// A process that a test started and that dies with it. It leads its own process group, which disposing kills as a whole,
/// suspended or not; what is still alive when the test run ends is killed then.
/// </summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);
    private static readonly ConcurrentDictionary<ChildProcess, bool> Alive = new();

    private readonly Process _process;
    private readonly OutputTail _output;
    private readonly string _commandLine;
    private long? _exitSeen;
    private bool _disposed;

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in Alive.Keys)
            process.KillGroup();
    };

    private ChildProcess(Process process, OutputTail output, string commandLine)
    {
        _process = process;
        _output = output;
        _commandLine = commandLine;
        Id = process.Id;
        Alive[this] = true;
    }

    /// <summary>The process id. Once the process has ended, the system may give it to another one.</summary>
    public int Id { get; }

    /// <summary>Whether the process ended, by itself or by a signal.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code, or 128 + the signal's number.</summary>
    /// <exception cref="InvalidOperationException">The process still runs.</exception>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last 8 Ki characters of standard output and standard error together.</summary>
    public string Output => _output.ToString();

    /// <summary>Starts a program with its output captured.</summary>
    /// <param name="fileName">An absolute path, best from <see cref="RequiredTool.Find"/>.</param>
    /// <param name="arguments">Passed as they are; no shell sees them.</param>
    /// <param name="log">A file that all its output is added to; <see langword="null"/>: only the end is kept, in <see cref="Output"/>.</param>
    public static ChildProcess Start(string fileName, IEnumerable<string> arguments, string? log = null)
    {
        // Killing by group costs one system call; finding descendants reads all of /proc, for thousands of peers a thousand times.
        var start = new ProcessStartInfo("setsid", [fileName, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = new Process { StartInfo = start };
        var output = new OutputTail(log);
        process.OutputDataReceived += (_, line) => output.Append(line.Data);
        process.ErrorDataReceived += (_, line) => output.Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProcess(process, output, string.Join(' ', start.ArgumentList));
    }

    /// <summary>The same, through another program that becomes it, such as nsenter.</summary>
    /// <param name="launcher">Path and arguments of the other program; none: the program is started itself.</param>
    /// <param name="fileName">An absolute path.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="log">A file that all its output is added to.</param>
    public static ChildProcess StartWith(IReadOnlyList<string> launcher, string fileName, IEnumerable<string> arguments, string? log = null) =>
        launcher.Count == 0 ? Start(fileName, arguments, log) : Start(launcher[0], [.. launcher.Skip(1), fileName, .. arguments], log);

    /// <summary>Runs a program to its end and returns the end of its output.</summary>
    /// <exception cref="InvalidOperationException">It ended with another exit code than 0; the message carries its output.</exception>
    /// <exception cref="TimeoutException">It did not end in time, and was killed.</exception>
    public static async Task<string> RunAsync(string fileName, IEnumerable<string> arguments, TimeSpan within)
    {
        await using var process = Start(fileName, arguments);
        await process.ExitedAsync(within);
        return process.ExitCode == 0 ? process.Output : throw process.Ended();
    }

    /// <summary>Waits until the process has ended and all its output is captured.</summary>
    /// <exception cref="TimeoutException">It still runs after <paramref name="within"/>.</exception>
    public async Task ExitedAsync(TimeSpan within)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(within, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"'{_commandLine}' still runs after {within.TotalSeconds:0.#} s. Its output: {Output}");
        }
    }

    /// <summary>
    /// Fails with the process's exit code and output if it ended; for waits that its end makes pointless, and that look again and again: its last words may
    /// come a moment after it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process ended.</exception>
    public void ThrowIfExited()
    {
        if (!HasExited)
            return;
        _exitSeen ??= Stopwatch.GetTimestamp();
        // Something that it started may hold its output open.
        if (_output.IsWhole || Stopwatch.GetElapsedTime(_exitSeen.Value) >= LastWords)
            throw Ended();
    }

    /// <summary>Sends a signal to the process and what it started.</summary>
    /// <exception cref="InvalidOperationException">The process ended, so its id may belong to another one.</exception>
    public void Send(Signal signal)
    {
        if (HasExited)
            throw Ended();
        if (Kill(-Id, (int)signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"Sending {signal} to process {Id} ('{_commandLine}') failed.");
    }

    /// <summary>Kills the process and what it started, and waits until it is gone. Does nothing to one that ended.</summary>
    public async Task KillAsync()
    {
        KillGroup();
        await ExitedAsync(ExitLimit);
    }

    /// <summary>Kills a process that a test run which was itself killed has left; does nothing to one that is gone.</summary>
    internal static void KillLeftover(int processId) => _ = Kill(processId, (int)Signal.Kill);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;

        _disposed = true;
        Alive.TryRemove(this, out _);
        try
        {
            await KillAsync();
        }
        finally
        {
            _process.Dispose();
        }
    }

    /// <summary>That it ended, with its exit code and output.</summary>
    internal InvalidOperationException Ended() =>
        new($"'{_commandLine}' ended with exit code {ExitCode}. Its output: {Output}");

    // An ended process's id may belong to somebody else. One killed before setsid ran has no group yet.
    private void KillGroup()
    {
        if (HasExited)
            return;

        _ = Kill(-Id, (int)Signal.Kill);
        _ = Kill(Id, (int)Signal.Kill);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);
}
