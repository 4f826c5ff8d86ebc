using Orchestrator.Bench.Fleet.Clients.Server;
using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>A cluster on loopback, without TLS: nodes and the PostgreSQL that they share. What PostgreSQL uses is in no number.</summary>
public sealed class ClusterNodes : IScaledNodes
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    // Twice what the nodes wait before they deal duties out anew.
    private static readonly TimeSpan Rebalancing = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private readonly PostgresProcess _store;
    private readonly IReadOnlyList<OrchestratorServer> _servers;

    private ClusterNodes(PostgresProcess store, IReadOnlyList<OrchestratorServer> servers) => (_store, _servers) = (store, servers);

    /// <inheritdoc/>
    public IReadOnlyList<ServerApi> Apis => [.. _servers.Select(server => server.Api)];

    /// <inheritdoc/>
    public IReadOnlyList<string> Sockets => [.. _servers.Select(server => server.Socket)];

    /// <summary>What the node of that number, from 0, is called.</summary>
    public static string NameOf(int number) => $"n{number}";

    /// <summary>Starts PostgreSQL, and then all nodes at once; their APIs answer when this returns.</summary>
    /// <exception cref="BenchException">One of them cannot be started.</exception>
    public static async Task<ClusterNodes> StartAsync(ScaleOptions options, IReadOnlyList<string> vmDirectories, FleetDirectory files, CancellationToken cancel)
    {
        var store = await PostgresProcess.StartAsync(files.File("store.log"), cancel);
        var ports = FreePorts.Take(vmDirectories.Count * 2);
        var join = string.Join(", ", ports.Take(vmDirectories.Count).Select(port => $"\"127.0.0.1:{port}\""));
        var starts = vmDirectories.Select((vms, number) => StartAsync(
            options, vms, number, $"cluster: {{ listen: \"127.0.0.1:{ports[number]}\", peer: \"127.0.0.1:{ports[vmDirectories.Count + number]}\", join: [{join}] }}\nstore: \"{store.Address}\"\n", files, cancel)).ToList();
        try
        {
            return new ClusterNodes(store, await Task.WhenAll(starts));
        }
        catch
        {
            await Task.WhenAll(starts.Where(start => start.IsCompletedSuccessfully).Select(async start => await (await start).DisposeAsync()));
            await store.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ProcessUsage> Usages() => [.. _servers.Select(server => server.Usage())];

    /// <inheritdoc/>
    public async Task WholeAsync(int vms, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (places, since) = ("", began);
        while (true)
        {
            var pictures = await Task.WhenAll(Apis.Select(api => api.ClusterAsync(cancel)));
            if (pictures.All(picture => picture?.IsWhole(_servers.Count, vms) == true))
            {
                // A duty that moves cuts the streams of its jobs.
                var now = string.Join(' ', pictures.SelectMany(picture => picture!.Duties).Select(duty => duty.Node));
                if (now != places)
                    (places, since) = (now, TimeProvider.System.GetTimestamp());
                if (TimeProvider.System.GetElapsedTime(since) > Rebalancing)
                    return;
            }
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"after {Patience.TotalSeconds} s not every node knows all {vms} VMs of {_servers.Count} nodes: {string.Join("; ", pictures.Select(picture => picture?.ToString() ?? "no cluster"))}\n{LogTails()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }

    /// <inheritdoc/>
    public string LogTails() => string.Join('\n', _servers.Select(server => server.LogTail()));

    /// <summary>Ends the nodes one after the other, as an upgrade does, and their store.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        await _store.DisposeAsync();
    }

    private static Task<OrchestratorServer> StartAsync(ScaleOptions options, string vms, int number, string cluster, FleetDirectory files, CancellationToken cancel) => OrchestratorServer.StartAsync(
        options.Program, vms, $"{NameOf(number)}-", ["--node", NameOf(number), "--config", NodeFile.Write(options, files.File($"{NameOf(number)}.yaml"), cluster)], files, cancel);
}
