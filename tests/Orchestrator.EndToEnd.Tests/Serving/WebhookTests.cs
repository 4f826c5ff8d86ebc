using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Orchestrator.TestKit;
using Orchestrator.TestKit.RealVms;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>The promise of webhooks: real events of a storage daemon, a node that is killed in the middle, and a receiver that fails; every event arrives, in order.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Name = "store";
    private const int EventsPerJob = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly string _directory = Directory.CreateTempSubdirectory("orc-").FullName;
    private readonly ConcurrentQueue<long> _acknowledged = new();
    private readonly HttpListener _receiver = new();
    private RealStorageDaemon _store = null!;
    private OrchestratorServer _server = null!;
    private Task _receiving = Task.CompletedTask;
    private int _requests;
    private int _jobs;

    private string TestMonitor => Path.Combine(_directory, Name, "test.sock");

    public async Task InitializeAsync()
    {
        _store = await RealStorageDaemon.StartAsync(
            Path.Combine(_directory, Name, "qmp.sock"), "--chardev", $"socket,path={TestMonitor},server=on,wait=off,id=t", "--monitor", "chardev=t");
        _server = await OrchestratorServer.StartAsync("--vm-dir", _directory);
        await ReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        _receiver.Close();
        await _receiving;
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Every_event_arrives_although_the_node_is_killed_and_the_receiver_fails()
    {
        var url = Listen();
        var made = await _server.CliAsync("event", "sub", "create", url, "--type", "JOB_STATUS_CHANGE", "--no-handshake", "-o", "json");
        Assert.True(made.ExitCode == 0, made.Error);
        var id = JsonElement.Parse(made.Out).Text("id")!;

        for (var kill = 0; kill < 3; kill++)
        {
            await RunJobsAsync(10);
            await Eventually.TrueAsync(() => _acknowledged.Count >= EventsPerJob * 5 * (kill + 1), Limit, "some have arrived");
            await _server.KillAndRestartAsync();
            await ReadyAsync();
        }
        await RunJobsAsync(1);
        await Eventually.TrueAsync(async () => (await _server.Api.GetAsync($"/v1/subscriptions/{id}")).Body is var shown && shown.Number("lag") == 0 && shown.Text("status") == "Active", Limit, "all have arrived");

        var listed = await _server.CliAsync("event", "sub", "ls");
        Assert.Contains(id, listed.Out);
        var first = _acknowledged.Distinct().ToArray();
        Assert.Equal(first.Order(), first);
        Assert.True(first.Length >= EventsPerJob * 5 * 3, $"only {first.Length} have arrived");
        Assert.Equal(Enumerable.Range(0, first.Length).Select(index => first[0] + index), first);
    }

    /// <summary>Every seventh request fails.</summary>
    private string Listen()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndPoint!).Port}/";
        probe.Close();
        _receiver.Prefixes.Add(url);
        _receiver.Start();
        _receiving = ReceiveAsync();
        return url;
    }

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var context = await _receiver.GetContextAsync();
                var happened = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.InputStream);
                var isWell = ++_requests % 7 != 0;
                if (isWell)
                    _acknowledged.Enqueue(long.Parse(happened.Text("sequence")!));
                context.Response.StatusCode = isWell ? 204 : 503;
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ReadyAsync() => await _server.VmAsync(Name, vm => vm.Is("state", "Running") && vm.TryGetProperty("id", out _), "is attached");

    private async Task RunJobsAsync(int count)
    {
        await using var monitor = await RawPeer.NegotiateAsync(TestMonitor);
        for (var end = _jobs + count; _jobs < end; _jobs++)
        {
            var options = $$"""{"driver":"file","filename":"{{_directory}}/image","size":0}""";
            await monitor.SendAsync($$$"""{"execute":"blockdev-create","arguments":{"job-id":"j{{{_jobs}}}","options":{{{options}}}}}""");
            while (!(await monitor.EventAsync("JOB_STATUS_CHANGE")).GetProperty("status").ValueEquals("concluded"))
            {
            }

            await monitor.SendAsync($$$"""{"execute":"job-dismiss","arguments":{"id":"j{{{_jobs}}}"}}""");
            await monitor.EventAsync("JOB_STATUS_CHANGE");
        }
    }
}
