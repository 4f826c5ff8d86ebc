using System.Collections.Concurrent;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A --vm-dir with one sub-directory per VM, each with qmp.sock and qga.sock. Disposing ends everything in it and removes it.</summary>
/// <param name="launcher">Put before the command line of everything in it, such as <see cref="Clustering.LabHost.Launcher"/>; none by default.</param>
/// <param name="path">The directory, made if it is not there; a temporary one by default.</param>
public sealed class RealVmDirectory(IReadOnlyList<string>? launcher = null, string? path = null) : IAsyncDisposable
{
    private const int StartsAtOnce = 4;

    private readonly ConcurrentBag<IAsyncDisposable> _members = [];
    private readonly IReadOnlyList<string> _launcher = launcher ?? [];

    /// <summary>An absolute path below the system's temporary directory, kept short for the sockets in it.</summary>
    public string Path { get; } = path is null ? TemporaryDirectory.Create() : System.IO.Directory.CreateDirectory(path).FullName;

    /// <summary>Boots a VM below this directory; <see cref="RealVmOptions.Directory"/> is set to <see cref="Path"/>.</summary>
    public async Task<RealVm> AddVmAsync(RealVmOptions options)
    {
        var vm = await RealVm.StartAsync(options with { Directory = Path, Launcher = _launcher });
        _members.Add(vm);
        return vm;
    }

    /// <summary>Starts the destination of a migration: the same machine in a sub-directory of its own, which awaits the guest.</summary>
    /// <param name="source">What the guest is in now.</param>
    /// <param name="name">The sub-directory. A VM of before in it has ended.</param>
    public Task<RealVm> AddDestinationAsync(RealVm source, string name) =>
        AddVmAsync(source.Options with { Name = name, Incoming = "unix:" + System.IO.Path.Combine(Path, name, "in.sock"), DiskPath = source.DiskPath });

    /// <summary>Puts a storage daemon and an agent where a VM of that name would be.</summary>
    public async Task<RealPeers> AddPeersAsync(string name)
    {
        var monitor = await RealStorageDaemon.StartWithAsync(_launcher, System.IO.Path.Combine(Path, name, "qmp.sock"));
        _members.Add(monitor);
        var agent = await RealAgent.StartWithAsync(_launcher, System.IO.Path.Combine(Path, name, "qga.sock"));
        _members.Add(agent);
        return new RealPeers(name, monitor, agent);
    }

    /// <summary>Adds <paramref name="count"/> pairs named peer-0000, peer-0001 and so on; four start at a time.</summary>
    public async Task<IReadOnlyList<RealPeers>> AddPeersAsync(int count)
    {
        var peers = new RealPeers[count];
        await Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = StartsAtOnce },
            async (index, _) => peers[index] = await AddPeersAsync($"peer-{index:0000}"));
        return peers;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(_members.Select(async member => await member.DisposeAsync()));
        }
        finally
        {
            TemporaryDirectory.Delete(Path);
        }
    }
}
