using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Databases;
using Answer = Orchestrator.Host.Tests.Api.ServedFleet.Answer;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>A cluster of three whole nodes in this process, with one PostgreSQL and a VM each: <c>vm-a</c>, <c>vm-b</c> and <c>vm-c</c>.</summary>
public sealed class ServedCluster : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly Dictionary<string, FakeVm> _vms = Names.ToDictionary(name => name, name => new FakeVm($"vm-{name}", new Guid($"00000000-0000-4000-8000-00000000000{name}")));
    private readonly Dictionary<string, ServedNode> _nodes = [];
    private string _contact = "";

    internal RealPostgres Postgres { get; private set; } = null!;

    internal IEnumerable<ServedNode> Nodes => _nodes.Values;

    /// <summary>Where a node's remoting listens, by name.</summary>
    internal Dictionary<string, string> Addresses { get; } = [];

    internal FakeVm VmOf(string node) => _vms[node];

    internal ServedNode this[string node] => _nodes[node];

    public async Task InitializeAsync()
    {
        Postgres = await RealPostgres.StartAsync();
        await StartAsync("a");
        await Task.WhenAll(StartAsync("b"), StartAsync("c"));
        await WholeAsync();
    }

    /// <summary>All nodes know all nodes and VMs, and share the duties.</summary>
    internal async Task WholeAsync()
    {
        foreach (var (name, node) in _nodes)
        {
            await Eventually.TrueAsync(async () => (await GetAsync(name, "v1/nodes")).Items("state").SequenceEqual(["Up", "Up", "Up"]), Limit, $"{name} knows all nodes");
            await Eventually.TrueAsync(async () => (await GetAsync(name, "v1/vms")).Items("name").Order().SequenceEqual(["vm-a", "vm-b", "vm-c"]), Limit, $"{name} knows all VMs");
        }
        await Eventually.TrueAsync(
            async () => (await DutiesAsync()) is { Count: 32 } duties && Names.All(name => duties.Values.Count(owner => owner == name) >= 5),
            Limit,
            "the duties are spread");
    }

    public async Task DisposeAsync()
    {
        // With its VMs.
        await Task.WhenAll(_nodes.Values.Select(node => node.DisposeAsync().AsTask()));
        if (Postgres is not null)
            await Postgres.DisposeAsync();
    }

    /// <summary>Two free ports in a row, for remoting and for the API between nodes.</summary>
    internal static string FreeAddress()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return $"127.0.0.1:{port}";
            }
            catch (SocketException)
            {
                // Somebody has the next one.
            }
        }
    }

    /// <summary>The configuration of a node.</summary>
    internal string ConfigOf(string name, string listen, string? roles = null) => $$"""
        host: {{name}}
        store: "{{Postgres.ConnectionString}}"
        cluster:
          listen: {{listen}}
          join: [{{(_contact.Length == 0 ? "" : _contact)}}]
          roles: [{{roles}}]

        """;

    /// <summary>The nodes that have duties, by duty.</summary>
    internal async Task<Dictionary<string, string>> DutiesAsync() => (await GetAsync("a", "v1/cluster")).Json.GetProperty("duties").EnumerateArray()
        .Where(duty => duty.TryGetProperty("node", out _))
        .ToDictionary(duty => duty.GetProperty("duty").GetString()!, duty => duty.GetProperty("node").GetString()!);

    internal Task<Answer> GetAsync(string gateway, string path) => SendAsync(gateway, new HttpRequestMessage(HttpMethod.Get, path));

    /// <param name="gateway">Who is asked.</param>
    /// <param name="path">Relative.</param>
    /// <param name="body">JSON.</param>
    /// <param name="headers">Further ones.</param>
    internal Task<Answer> PostAsync(string gateway, string path, string body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return SendAsync(gateway, request);
    }

    /// <summary>Runs a command on VMs to its end, and gives the job's id.</summary>
    internal async Task<string> RunAsync(string gateway, string target, string command = "guest-get-osinfo", params (string Name, string Value)[] headers)
    {
        var answer = await PostAsync(gateway, "v1/jobs", $$"""{"target":"{{target}}","command":"{{command}}"}""", [("Prefer", "wait=30"), .. headers]);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>The node that has a job now.</summary>
    internal async Task<string> OwnerOfAsync(string job) => (await DutiesAsync())[$"jobs-{job[^1]}"];

    internal async Task<Answer> SendAsync(string gateway, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await _nodes[gateway].Http.SendAsync(request);
            return new Answer(answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.Location?.ToString(), await answer.Content.ReadAsStringAsync());
        }
    }

    private async Task StartAsync(string name)
    {
        var listen = Addresses[name] = FreeAddress();
        var node = await ServedNode.StartAsync(ConfigOf(name, listen));
        lock (_nodes)
            _nodes.Add(name, node);
        if (_contact.Length == 0)
            _contact = listen;
        await node.AddAsync(_vms[name]);
    }
}

/// <summary>Reads answers.</summary>
internal static class AnswerExtensions
{
    /// <summary>A member of each item of a list.</summary>
    public static IReadOnlyList<string> Items(this Answer answer, string member) =>
        answer.Json.TryGetProperty("items", out var items) ? [.. items.EnumerateArray().Select(item => item.TryGetProperty(member, out var value) ? value.ToString() : "")] : [];

    /// <summary>A text of the answer.</summary>
    public static string? Text(this Answer answer, string member) => answer.Json.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;
}

/// <summary>Tests that share the <see cref="ServedCluster"/>, one after the other.</summary>
[CollectionDefinition(nameof(ServedCluster))]
public sealed class ServedClusterTests : ICollectionFixture<ServedCluster>;
