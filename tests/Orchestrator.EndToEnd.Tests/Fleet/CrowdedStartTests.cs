using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Fleet;

/// <summary>Many VMs that are there when the node starts.</summary>
public sealed class CrowdedStartTests
{
    private const int Peers = 40;

    /// <summary>
    /// Akka's timer wheel blocks the thread of its first timer until a task of its own has run. Once, all VMs started their timers at that moment
    /// and left no thread for it: with a pool of two threads, the node never answered.
    /// </summary>
    [Fact]
    public async Task Vms_that_start_together_leave_the_node_a_thread_to_answer()
    {
        await using var directory = new RealVmDirectory();
        var peers = await directory.AddPeersAsync(Peers);

        await using var server = await OrchestratorServer.StartWithAsync(["DOTNET_ThreadPool_ForceMaxWorkerThreads=2"], "--vm-dir", directory.Path);

        await Task.WhenAll(peers.Select(peer => server.ReadyAsync(peer.Name)));
    }
}
