using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>One node without a cluster.</summary>
public sealed class SingleNode : IScaledNodes
{
    private readonly OrchestratorServer _server;

    private SingleNode(OrchestratorServer server) => _server = server;

    /// <inheritdoc/>
    public IReadOnlyList<ServerApi> Apis => [_server.Api];

    /// <inheritdoc/>
    public IReadOnlyList<string> Sockets => [_server.Socket];

    /// <summary>Starts it; its API answers when this returns.</summary>
    /// <exception cref="BenchException">It cannot be started.</exception>
    public static async Task<SingleNode> StartAsync(ScaleOptions options, string vmDirectory, FleetDirectory files, CancellationToken cancel) =>
        new(await OrchestratorServer.StartAsync(options.Program, vmDirectory, "", ["--config", NodeFile.Write(options, files.File("node.yaml"), "")], files, cancel));

    /// <inheritdoc/>
    public IReadOnlyList<ProcessUsage> Usages() => [_server.Usage()];

    /// <summary>Returns at once: it has no VMs but its own.</summary>
    public Task WholeAsync(int vms, CancellationToken cancel) => Task.CompletedTask;

    /// <inheritdoc/>
    public string LogTails() => _server.LogTail();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
