using System.Runtime.InteropServices;

namespace Orchestrator.Bench.Processes;

/// <summary>What all children of this process that have ended have used.</summary>
public static partial class ChildrenUsage
{
    private const int Children = -1;

    /// <summary>Their user and system time (getrusage(2), RUSAGE_CHILDREN).</summary>
    public static TimeSpan Cpu()
    {
        if (GetUsage(Children, out var usage) != 0)
            throw new BenchException($"getrusage failed with {Marshal.GetLastPInvokeError()}");
        return TimeSpan.FromSeconds(usage.UserSeconds + usage.SystemSeconds) + TimeSpan.FromMicroseconds(usage.UserMicroseconds + usage.SystemMicroseconds);
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, out Usage usage);

    /// <summary>The beginning of <c>struct rusage</c>, and room for the rest of it.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct Usage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
