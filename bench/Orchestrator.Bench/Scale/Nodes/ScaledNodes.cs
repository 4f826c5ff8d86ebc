using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>The numbers of nodes that can be measured, and how each is started.</summary>
public static class ScaledNodes
{
    /// <summary>One node alone, and clusters: two nodes are none that survives anything.</summary>
    public static readonly IReadOnlyList<int> Supported = [1, 3, 5, 7];

    /// <summary>Starts nodes, one per directory of VMs; their APIs answer when this returns.</summary>
    /// <exception cref="BenchException">They cannot be started.</exception>
    public static async Task<IScaledNodes> StartAsync(ScaleOptions options, IReadOnlyList<string> vmDirectories, FleetDirectory files, CancellationToken cancel) => vmDirectories switch
    {
        [var only] => await SingleNode.StartAsync(options, only, files, cancel),
        _ => await ClusterNodes.StartAsync(options, vmDirectories, files, cancel),
    };
}
