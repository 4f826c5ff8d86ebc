using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>The nodes that share a fleet, each a process. Disposing ends them.</summary>
public interface IScaledNodes : IAsyncDisposable
{
    /// <summary>The API of each; jobs go to the first.</summary>
    IReadOnlyList<ServerApi> Apis { get; }

    /// <summary>The Unix socket of each one's API, in the same order.</summary>
    IReadOnlyList<string> Sockets { get; }

    /// <summary>CPU time and memory of each, in the same order.</summary>
    /// <exception cref="BenchException">One has ended.</exception>
    IReadOnlyList<ProcessUsage> Usages();

    /// <summary>Returns when each of them knows all VMs, and a job may go to any.</summary>
    /// <exception cref="BenchException">That took too long.</exception>
    Task WholeAsync(int vms, CancellationToken cancel);

    /// <summary>The last lines of their logs, for an error.</summary>
    string LogTails();
}
