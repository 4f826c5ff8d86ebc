using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.Bench.Migrate;

/// <summary>Nodes with a <c>--vm-dir</c> of their own each, and a real guest that is on the first of them. Disposing ends all of it.</summary>
public sealed class GuestFleet : IAsyncDisposable
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(2);
    private readonly FleetDirectory _files = FleetDirectory.Create();
    private readonly List<RealVmDirectory> _directories = [];
    private IScaledNodes? _nodes;

    private GuestFleet()
    {
    }

    /// <summary>The QEMU that the guest is in, by this fleet's own count.</summary>
    public RealVm Owner { get; private set; } = null!;

    /// <summary>The Unix socket of the API of the last node: of several one that has not the guest now.</summary>
    public string Gateway => _nodes!.Sockets[^1];

    /// <summary>Starts everything; the guest has booted, and every node knows its VM.</summary>
    /// <exception cref="BenchException">A node or its store cannot be started.</exception>
    /// <exception cref="TimeoutException">The guest does not boot.</exception>
    public static async Task<GuestFleet> StartAsync(MigrateOptions options, CancellationToken cancel)
    {
        var fleet = new GuestFleet();
        try
        {
            fleet._directories.AddRange(Enumerable.Range(0, options.Nodes).Select(node => new RealVmDirectory(path: fleet._files.File($"v{node}"))));
            fleet.Owner = await fleet._directories[0].AddVmAsync(new RealVmOptions { Name = Destination.Vm, MemoryMiB = options.MemoryMiB });
            await fleet.Owner.BootedAsync(BootLimit);
            fleet._nodes = await ScaledNodes.StartAsync(new ScaleOptions { Program = options.Program }, [.. fleet._directories.Select(directory => directory.Path)], fleet._files, cancel);
            await fleet._nodes.WholeAsync(vms: 1, cancel);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>The VmHosts, in the order of their nodes.</summary>
    /// <param name="home">The one that the VM is shown on at the beginning.</param>
    public IReadOnlyList<string> HostsFrom(string home) => _directories.Count == 1 ? [home] : [.. _directories.Select((_, node) => ClusterNodes.NameOf(node))];

    /// <summary>Starts the QEMU of a destination; no node may have seen it when this returns.</summary>
    public Task<RealVm> PrepareAsync(Destination destination) => _directories[destination.Node].AddDestinationAsync(Owner, destination.Name);

    /// <summary>The guest is there: ends the QEMU that it was in.</summary>
    public async Task MovedAsync(RealVm destination)
    {
        await Owner.KillAsync();
        Owner = destination;
    }

    /// <summary>The last lines of the nodes' logs, for an error.</summary>
    public string LogTails() => _nodes?.LogTails() ?? "";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_nodes is not null)
                await _nodes.DisposeAsync();
        }
        finally
        {
            await Task.WhenAll(_directories.Select(async directory => await directory.DisposeAsync()));
            _files.Dispose();
        }
    }
}
