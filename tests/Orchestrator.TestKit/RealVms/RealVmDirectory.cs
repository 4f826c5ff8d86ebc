using System.Collections.Concurrent;

namespace Orchestrator.TestKit.RealVms;

/// <summary>A --vm-dir with one sub-directory per VM, each with qmp.sock and qga.sock. Disposing ends everything in it and removes it.</summary>
public sealed class RealVmDirectory : IAsyncDisposable
{
    private const int StartsAtOnce = 4;

    private readonly ConcurrentBag<IAsyncDisposable> _members = [];

    /// <summary>An absolute path below the system's temporary directory, kept short for the sockets in it.</summary>
    public string Path { get; } = TemporaryDirectory.Create();

    /// <summary>Boots a VM below this directory; <see cref="RealVmOptions.Directory"/> is set to <see cref="Path"/>.</summary>
    public async Task<RealVm> AddVmAsync(RealVmOptions options)
    {
        var vm = await RealVm.StartAsync(options with { Directory = Path });
        _members.Add(vm);
        return vm;
    }

    /// <summary>Puts a storage daemon and an agent where a VM of that name would be.</summary>
    public async Task<RealPeers> AddPeersAsync(string name)
    {
        var monitor = await RealStorageDaemon.StartAsync(System.IO.Path.Combine(Path, name, "qmp.sock"));
        _members.Add(monitor);
        var agent = await RealAgent.StartAsync(System.IO.Path.Combine(Path, name, "qga.sock"));
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
