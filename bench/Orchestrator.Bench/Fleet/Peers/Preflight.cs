using System.Globalization;

namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>Refuses a fleet that this machine cannot hold before a single process is started.</summary>
public static class Preflight
{
    // Measured: an agent and a storage daemon take 1.8 MB together; the clients and the kernel's sockets come on top.
    private const long BytesPerVm = 3L << 20;
    private const long BytesBeside = 512L << 20;

    // One agent thread and three of the storage daemon.
    private const int TasksPerVm = 4;
    private const int Beside = 500;

    // Its memory, QEMU's own, and translated code.
    private const long BytesPerGuest = 256L << 20;

    /// <summary>The same for guests, if there are any, in the place of agents.</summary>
    /// <exception cref="BenchException">Something is too low; the message says what, and how many fit.</exception>
    public static void Check(int agents, int guests)
    {
        if (guests > 0)
            CheckGuests(guests, AvailableBytes());
        else
            Check(agents);
    }

    /// <summary>Compares <paramref name="guests"/> with bytes of available memory.</summary>
    /// <exception cref="BenchException">There are too few.</exception>
    public static void CheckGuests(int guests, long memory)
    {
        if (memory < BytesPerGuest * guests + BytesBeside)
            throw new BenchException($"{guests} guests need {(BytesPerGuest * guests + BytesBeside) >> 20} MiB and {memory >> 20} MiB are available. Use --guests {Math.Max(0, memory - BytesBeside) / BytesPerGuest}");
    }

    /// <summary>Compares <paramref name="agents"/> with the machine's memory, task and file limits.</summary>
    /// <exception cref="BenchException">One of them is too low; the message says how to raise it or how many agents fit.</exception>
    public static void Check(int agents)
    {
        var tasks = new[] { Whole("/proc/sys/kernel/pid_max"), Whole("/proc/sys/kernel/threads-max"), Whole("/sys/fs/cgroup/pids.max") }.Min();
        Check(agents, OpenFiles(), tasks, AvailableBytes());
    }

    /// <summary>Files that a process may have open. The .NET runtime has raised this process's soft limit to the hard one, and children inherit it.</summary>
    public static long OpenFiles() => Word(Line("/proc/self/limits", "Max open files"), 3);

    /// <summary>Memory that is available without swapping.</summary>
    public static long AvailableBytes() => 1024 * Word(Line("/proc/meminfo", "MemAvailable"), 1);

    /// <summary>The same for given limits: open files of one process, tasks of the system, bytes of available memory.</summary>
    /// <exception cref="BenchException">One of them is too low.</exception>
    public static void Check(int agents, long openFiles, long tasks, long memory)
    {
        // A client of the whole VM has two sockets per VM.
        if (openFiles < 2L * agents + Beside)
            throw new BenchException($"{agents} VMs need {2L * agents + Beside} open files and the hard limit is {openFiles}. Raise it (ulimit -Hn) or use --agents {Math.Max(0, openFiles - Beside) / 2}");
        if (tasks < (long)TasksPerVm * agents + Beside)
            throw new BenchException($"{agents} VMs need {TasksPerVm * agents + Beside} tasks and the limit is {tasks}. Raise kernel.pid_max, kernel.threads-max and the cgroup's pids.max, or use --agents {Math.Max(0, tasks - Beside) / TasksPerVm}");
        if (memory < BytesPerVm * agents + BytesBeside)
            throw new BenchException($"{agents} VMs need {(BytesPerVm * agents + BytesBeside) >> 20} MiB and {memory >> 20} MiB are available. Use --agents {Math.Max(0, memory - BytesBeside) / BytesPerVm}");
    }

    private static string Line(string file, string start) =>
        File.ReadLines(file).First(line => line.StartsWith(start, StringComparison.Ordinal));

    private static long Whole(string file) => File.Exists(file) ? Number(File.ReadAllText(file).Trim()) : long.MaxValue;

    private static long Word(string line, int index) =>
        Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[index]);

    // "max" and "unlimited" are the words of cgroups and of limits.
    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
}
