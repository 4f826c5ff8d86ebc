using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit.Clustering;
using Orchestrator.TestKit.Databases;

namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>Nodes and their PostgreSQL, each on a host of a <see cref="NetworkLab"/>: real processes, real certificates, a network with faults. Disposing ends and removes everything.</summary>
internal sealed class ClusterLab : IAsyncDisposable
{
    /// <summary>The host that PostgreSQL is on, for faults between it and nodes.</summary>
    public const string Store = "store";

    private const int RemotingPort = 4053;

    private readonly List<ClusterNode> _nodes = [];

    private ClusterLab(NetworkLab network) => Network = network;

    /// <summary>The network, with its faults: hosts are called as their nodes, and <see cref="Store"/>.</summary>
    public NetworkLab Network { get; }

    /// <summary>What all nodes share.</summary>
    public RealPostgres Postgres { get; private set; } = null!;

    /// <summary>VMs without a node, if the lab has such; not started yet.</summary>
    public RemoteRack? Rack { get; private set; }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<ClusterNode> Nodes => _nodes;

    public ClusterNode this[string name] => _nodes.Single(node => node.Name == name);

    /// <summary>Starts everything, and returns when every node serves.</summary>
    public static async Task<ClusterLab> StartAsync(ClusterLabOptions options)
    {
        string[] names = [.. Enumerable.Range(0, options.Nodes).Select(number => ((char)('a' + number)).ToString())];
        var lab = new ClusterLab(await NetworkLab.StartAsync([.. names, Store, RemoteRack.Name]));
        try
        {
            lab.Postgres = await RealPostgres.StartAsync(lab.Network, lab.Network[Store]);
            if (options.Clustered)
                await lab.MakeCertificatesAsync([.. names, RemoteRack.Name]);
            if (options.RemoteVms > 0)
                lab.Rack = new RemoteRack(lab.Network[RemoteRack.Name], options.RemoteVms, lab.Certificates);
            foreach (var name in names)
                lab._nodes.Add(await ClusterNode.LaunchAsync(lab.Network[name], lab.Configuration(name, names, options), options));
            await Task.WhenAll(lab._nodes.Select(node => node.Server.ServesAsync()));
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The store last: a node that ends still writes.
        await Task.WhenAll(_nodes.Select(async node => await node.DisposeAsync()));
        if (Rack is not null)
            await Rack.DisposeAsync();
        if (Postgres is not null)
            await Postgres.DisposeAsync();
        await Network.DisposeAsync();
    }

    private string Certificates => Path.Combine(Network.Directory, "certificates");

    private string Configuration(string name, string[] names, ClusterLabOptions options)
    {
        if (!options.Clustered)
            return $"store: {Postgres.Address}?Search%20Path={name}\n{options.Configuration}";
        var members = names.Select(member => $"\"{Network[member].Address}:{RemotingPort}\"");
        return $$"""
            store: {{Postgres.Address}}
            cluster:
              listen: "{{Network[name].Address}}:{{RemotingPort}}"
              join: [ {{string.Join(", ", members.Concat(options.Join))}} ]
              tls: { certificate: {{Certificates}}/{{name}}.crt, key: {{Certificates}}/{{name}}.key, authority: {{Certificates}}/authority.crt }
            {{Rack?.Configuration(name)}}
            {{options.Configuration}}
            """;
    }

    private async Task MakeCertificatesAsync(string[] names)
    {
        await RunAsync("certs", "init", "--dir", Certificates);
        foreach (var name in names)
            await RunAsync("certs", "issue", name, "--dir", Certificates, "--host", $"{Network[name].Address}");
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var run = await OrchestratorProgram.RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"orchestrator {string.Join(' ', arguments)} failed: {run.Error}");
    }
}
