using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>The numbers of nodes that can be measured, and how each is started.</summary>
public static class ScaledNodes
{
    /// <summary>A cluster joins this list when its nodes can be started here, behind <see cref="IScaledNodes"/>.</summary>
    public static readonly IReadOnlyList<int> Supported = [1];

    /// <summary>Starts nodes, one per directory of VMs; their APIs answer when this returns.</summary>
    /// <exception cref="BenchException">They cannot be started.</exception>
    public static async Task<IScaledNodes> StartAsync(string program, IReadOnlyList<string> vmDirectories, FleetDirectory files, CancellationToken cancel) => vmDirectories switch
    {
        [var only] => await SingleNode.StartAsync(program, only, files, cancel),
        _ => throw new BenchException($"{vmDirectories.Count} nodes cannot be measured yet"),
    };
}
