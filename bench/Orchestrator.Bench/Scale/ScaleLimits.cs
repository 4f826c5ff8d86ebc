using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Scale;

/// <summary>How many VMs a node of this machine can have.</summary>
public static class ScaleLimits
{
    /// <summary>What is measured unless other numbers are asked for.</summary>
    public static readonly IReadOnlyList<int> Usual = [100, 1000, 3000, 10_000];

    // A node's own demands beside its VMs: databases, the runtime, and what it keeps for that.
    private const int FilesBeside = 600;

    // Measured: 75 KiB of a node and 12 KiB of the emulator; the kernel's sockets and the benchmark come on top.
    private const long BytesPerVm = 160L << 10;
    private const long BytesBeside = 1L << 30;

    /// <summary>The numbers of VMs to measure.</summary>
    /// <param name="asked">As the user gave them; <see langword="null"/> for the usual ones, of which those that do not fit become the most that does.</param>
    /// <param name="nodes">The least number of nodes that share them.</param>
    /// <param name="openFiles">Limit of a process.</param>
    /// <param name="memory">Available bytes.</param>
    /// <param name="filesPerVm">That a node opens for a VM.</param>
    /// <exception cref="BenchException">A number that was asked for does not fit; the message says what would.</exception>
    public static IReadOnlyList<int> Choose(IReadOnlyList<int>? asked, int nodes, long openFiles, long memory, int filesPerVm = 3)
    {
        var byFiles = Math.Max(0, openFiles - FilesBeside) / filesPerVm * nodes;
        var byMemory = Math.Max(0, memory - BytesBeside) / BytesPerVm;
        var most = (int)Math.Min(int.MaxValue, Math.Min(byFiles, byMemory)) / 100 * 100;
        if (most == 0)
            throw new BenchException($"this machine bears no fleet: {openFiles} open files of a process, {memory >> 20} MiB available");
        if (asked is null)
            return [.. Usual.Select(vms => Math.Min(vms, most)).Distinct()];
        return asked[^1] <= most
            ? asked
            : throw new BenchException($"--vms {asked[^1]}: this machine bears {most} on {nodes} node(s), with {openFiles} open files of a process and {memory >> 20} MiB available. Raise the hard limit of open files (ulimit -Hn), or use fewer");
    }

    /// <summary>The same for this machine. A node has a connection to QMP, one to the agent and, unless it is told otherwise, a socket for clients of each VM.</summary>
    /// <exception cref="BenchException">A number that was asked for does not fit.</exception>
    public static IReadOnlyList<int> Choose(ScaleOptions options) => Choose(options.Vms, options.Nodes.Min(), Preflight.OpenFiles(), Preflight.AvailableBytes(), options.QmpSockets ? 3 : 2);
}
