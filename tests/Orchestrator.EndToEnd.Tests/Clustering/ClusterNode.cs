using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.Processes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary><c>orchestrator serve</c> on a host of a lab, with its own data, VMs and configuration. Its VMs live on while it is stopped, killed or cut off.</summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    private OrchestratorServer? _server;

    private ClusterNode(LabHost host, SmallDisk? disk, SkewedClock? clock)
    {
        Host = host;
        Disk = disk;
        Clock = clock;
        Vms = new RealVmDirectory(host.Launcher, Path.Combine(host.Directory, "vms"));
    }

    /// <summary>The node's machine, whose faults the lab's network makes.</summary>
    public LabHost Host { get; }

    public string Name => Host.Name;

    /// <summary>The node's VMs: they run on the node's host.</summary>
    public RealVmDirectory Vms { get; }

    /// <summary>The process and its API, which the test reaches whatever the network does.</summary>
    public OrchestratorServer Server => _server ?? throw new InvalidOperationException($"Node {Name} has not been launched.");

    public ApiClient Api => Server.Api;

    /// <summary>Where its data is, if the lab has small disks.</summary>
    public SmallDisk? Disk { get; }

    /// <summary>Its wall clock, if the lab has own clocks.</summary>
    public SkewedClock? Clock { get; }

    /// <summary>All that it has written to its outputs, over all its starts.</summary>
    public string Log => File.Exists(LogPath) ? File.ReadAllText(LogPath) : "";

    private string LogPath => Path.Combine(Host.Directory, "log");

    private string ConfigurationPath => Path.Combine(Host.Directory, "orchestrator.yaml");

    /// <summary>Starts a node and does not wait for it: it may wait for others.</summary>
    /// <param name="host">Where it runs.</param>
    /// <param name="configuration">YAML, besides what says where its files are.</param>
    /// <param name="options">Of the lab.</param>
    public static async Task<ClusterNode> LaunchAsync(LabHost host, string configuration, ClusterLabOptions options)
    {
        var data = Path.Combine(host.Directory, "data");
        var disk = options.DiskMiB is { } size ? await SmallDisk.MountAsync(data, size) : null;
        var node = new ClusterNode(host, disk, options.OwnClocks ? await SkewedClock.MakeAsync(host.Directory) : null);
        await File.WriteAllTextAsync(node.ConfigurationPath, $"""
            host: {host.Name}
            listen: [ "unix:{host.Directory}/api.sock" ]
            data: {data}
            vm-dirs: [ {node.Vms.Path} ]
            {configuration}

            """);
        node._server = OrchestratorServer.Launch(host.Directory, node.Start);
        return node;
    }

    /// <summary>Suspends the node, with all its sockets open and silent.</summary>
    public void Suspend() => Server.Process.Send(Signal.Stop);

    /// <summary>Ends <see cref="Suspend"/>.</summary>
    public void Resume() => Server.Process.Send(Signal.Continue);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        Clock?.Dispose();
        await Vms.DisposeAsync();
        if (Disk is not null)
            await Disk.DisposeAsync();
    }

    private ChildProcess Start() => OrchestratorProgram.StartWith(Host.Launcher, Clock?.Environment ?? [], ["serve", "--config", ConfigurationPath], LogPath);
}
