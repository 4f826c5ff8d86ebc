using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.TestKit.Clustering;

/// <summary>
/// A wall clock of its own for a process, which a test sets while the process runs (skewed_clock.c). Monotonic time goes on as it is, as
/// after a step of NTP. A time namespace has it the other way around, and libfaketime reads its file at each look at any clock, which
/// keeps a core busy per node.
/// </summary>
public sealed class SkewedClock : IDisposable
{
    private const long NanosecondsPerTick = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly string _library;
    private readonly string _path;
    private readonly SafeFileHandle _file;

    private SkewedClock(string library, string path)
    {
        (_library, _path) = (library, path);
        _file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        Set(TimeSpan.Zero);
    }

    /// <summary>Variables of the process's environment, each <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment => [$"LD_PRELOAD={_library}", $"SKEWED_CLOCK={_path}"];

    /// <summary>Makes a clock that is right until it is set.</summary>
    /// <param name="directory">For its files; must outlive the process.</param>
    /// <exception cref="FileNotFoundException">There is no compiler; the message has the command that installs it.</exception>
    public static async Task<SkewedClock> MakeAsync(string directory)
    {
        var library = Path.Combine(directory, "skewed_clock.so");
        var source = Path.Combine(AppContext.BaseDirectory, "Clustering", "skewed_clock.c");
        await ChildProcess.RunAsync(RequiredTool.Find("gcc", "gcc libc6-dev"), ["-Wall", "-Werror", "-O2", "-shared", "-fPIC", "-o", library, source], Limit);
        return new SkewedClock(library, Path.Combine(directory, "clock"));
    }

    /// <summary>The clock jumps: it shows the machine's time and so much more, or less.</summary>
    public void Set(TimeSpan offset)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, offset.Ticks * NanosecondsPerTick);
        // Eight bytes in their place are one access of memory: whoever looks sees the old offset or the new one.
        RandomAccess.Write(_file, bytes, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
