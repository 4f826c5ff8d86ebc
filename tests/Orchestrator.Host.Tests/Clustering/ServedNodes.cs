using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Three whole nodes in this process: their APIs, their disks, one PostgreSQL, Akka's real remoting on loopback, and VMs that are fakes.</summary>
internal sealed class ServedNodes : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, ServedNode> _nodes = [];

    private ServedNodes()
    {
    }

    public IEnumerable<string> Names => _nodes.Keys.Order(StringComparer.Ordinal);

    /// <param name="store">Address of PostgreSQL, with tables of one's own.</param>
    /// <param name="names">Of the nodes.</param>
    public static async Task<ServedNodes> StartAsync(string store, params string[] names)
    {
        var cluster = new ServedNodes();
        var ports = FreePorts(2 * names.Length);
        var join = string.Join(", ", names.Select((_, at) => $"'127.0.0.1:{ports[2 * at]}'"));
        var started = await Task.WhenAll(names.Select((name, at) => ServedNode.StartAsync($"""
            host: {name}
            store: '{store}'
            cluster:
              listen: 127.0.0.1:{ports[2 * at]}
              peer: 127.0.0.1:{ports[(2 * at) + 1]}
              join: [{join}]
            """)));
        foreach (var (name, node) in names.Zip(started))
            cluster._nodes.Add(name, node);
        await Eventually.TrueAsync(async () => await cluster.OwnerAsync("control") is not null, Limit, "somebody has the duty of freezes");
        foreach (var name in names)
            await Eventually.TrueAsync(async () => Items(await cluster.GetAsync(name, "v1/nodes")).Count(node => Text(node, "state") == "Up") == names.Length, Limit, $"{name} knows all nodes");
        return cluster;
    }

    public ServedNode this[string name] => _nodes[name];

    /// <summary>Adds VMs to nodes and waits until all nodes know them.</summary>
    public async Task AddAsync(params (string Node, FakeVm Vm)[] vms)
    {
        foreach (var (node, vm) in vms)
            await _nodes[node].AddAsync(vm);
        foreach (var name in Names)
            await Eventually.TrueAsync(async () => Items(await GetAsync(name, "v1/vms")) is var known && vms.All(vm => known.Any(item => Text(item, "name") == vm.Vm.Name && vm.Vm.IsSettled(item))), Limit, $"{name} knows all VMs");
    }

    /// <summary>The node that has a duty, as any of them tells.</summary>
    public async Task<string?> OwnerAsync(string duty)
    {
        var cluster = await GetAsync(Names.First(), "v1/cluster");
        var view = cluster.GetProperty("duties").EnumerateArray().FirstOrDefault(item => Text(item, "duty") == duty);
        return view.ValueKind == JsonValueKind.Object && view.TryGetProperty("node", out var node) && view.TryGetProperty("epoch", out _) ? node.GetString() : null;
    }

    public async Task<JsonElement> GetAsync(string node, string path)
    {
        using var answer = await _nodes[node].Http.GetAsync(path);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string node, string path, string body = "{}")
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _nodes[node].Http.PostAsync(path, content);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    /// <summary>Ends a node in order.</summary>
    public async Task StopAsync(string node)
    {
        _nodes.Remove(node, out var stopped);
        await stopped!.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Values.Select(node => node.DisposeAsync().AsTask()));

    public static JsonElement[] Items(JsonElement answer) => answer.TryGetProperty("items", out var items) ? [.. items.EnumerateArray()] : [];

    public static string? Text(JsonElement item, string member) => item.TryGetProperty(member, out var text) ? text.ToString() : null;

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
