using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>What gateways say while a node, or the store, is away. Each test has a cluster of its own.</summary>
public sealed class FleetFaultsTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private const string Mutating = """{"target":"vm-b","run":{"argv":["x"]}}""";

    private readonly ServedCluster _cluster = new();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Node_that_is_down_is_named_where_only_it_could_answer_and_all_else_is_answered()
    {
        var large = $$"""{"host-name":"{{new string('x', 100_000)}}"}""";
        foreach (var node in new[] { "a", "b", "c" })
            _cluster.VmOf(node).AgentAnswers["guest-get-host-name"] = _ => Task.FromResult(large);
        var jobs = new List<string>();
        foreach (var gateway in new[] { "a", "b", "c" })
            jobs.Add(await _cluster.RunAsync(gateway, "vm-*", "guest-get-host-name", ("Idempotency-Key", $"large of {gateway}")));
        var before = (await _cluster.GetAsync("a", "v1/jobs?limit=1000")).Items("id");

        await _cluster["c"].StopAsync();

        await Eventually.TrueAsync(async () => await _cluster.DutiesAsync() is { Count: 32 } duties && !duties.Values.Contains("c"), Limit, "the others have its duties");
        foreach (var gateway in new[] { "a", "b" })
        {
            Assert.Equal(before, (await _cluster.GetAsync(gateway, "v1/jobs?limit=1000")).Items("id"));
            foreach (var job in jobs)
            {
                foreach (var there in new[] { "a", "b" })
                    Assert.Equal(large, (await _cluster.GetAsync(gateway, $"v1/jobs/{job}/invocations/vm-{there}/result")).Body);
                (await _cluster.GetAsync(gateway, $"v1/jobs/{job}/invocations/vm-c/result")).IsProblem(HttpStatusCode.ServiceUnavailable, "node-unreachable", "the node 'c' has this output on its disk and does not answer");
            }
            (await _cluster.GetAsync(gateway, "v1/vms/vm-c/file?path=/x")).IsProblem(HttpStatusCode.ServiceUnavailable, "node-unreachable", "the node 'c'");
        }
    }

    [Fact]
    public async Task Second_node_of_a_name_is_refused_and_the_first_goes_on()
    {
        var directory = Directory.CreateTempSubdirectory("orc-");
        var config = Path.Combine(directory.FullName, "orchestrator.yaml");
        await File.WriteAllTextAsync(config, _cluster.ConfigOf("b", ServedCluster.FreeAddress()));

        var refused = await Assert.ThrowsAsync<ServeException>(() => Server.RunAsync(
            new ServeOptions { Config = config, VmDir = directory.CreateSubdirectory("vms").FullName, Data = Path.Combine(directory.FullName, "data"), Listen = [Path.Combine(directory.FullName, "s")] }, CancellationToken.None));

        Assert.Contains("another node of the cluster has the name 'b'", refused.Message);
        Assert.Contains($"it is at {_cluster.Addresses["b"]}", refused.Message);
        Assert.Contains("--node", refused.Message);
        directory.Delete(recursive: true);
        Assert.Equal(["a", "b", "c"], (await _cluster.GetAsync("a", "v1/nodes")).Items("name"));
        Assert.Equal(HttpStatusCode.OK, (await _cluster.GetAsync("b", "readyz")).Status);
        await _cluster.RunAsync("a", "vm-b");
    }

    [Fact]
    public async Task Node_that_has_VMs_only_serves_their_files_through_every_gateway()
    {
        await using var node = await ServedNode.StartAsync(_cluster.ConfigOf("d", ServedCluster.FreeAddress(), roles: "vmhost"));
        var vm = new FakeVm("vm-d", new Guid("00000000-0000-4000-8000-0000000000dd"));
        var (files, bytes) = (new GuestFiles(vm), RandomNumberGenerator.GetBytes(300_000));
        await node.AddAsync(vm);
        foreach (var gateway in _cluster.Nodes.Append(node))
        {
            await Eventually.TrueAsync(async () => (await gateway.Http.GetAsync("v1/vms/vm-d")).IsSuccessStatusCode, Limit, "the gateway knows the VM");
            using var put = await gateway.Http.PutAsync("v1/vms/vm-d/file?path=/x", new ByteArrayContent(bytes));
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
            Assert.Equal(bytes, await gateway.Http.GetByteArrayAsync("v1/vms/vm-d/file?path=/x"));
            files.Contents.Clear();
        }
        // A duty may be on its way when it is asked.
        await Eventually.TrueAsync(async () => JsonElement.Parse(await node.Http.GetStringAsync("readyz")).GetProperty("status").GetString() == "Ok", Limit, "the node is well");
    }

    [Fact]
    public async Task Store_that_is_away_is_told_in_time_and_nothing_that_was_refused_is_done_later()
    {
        await _cluster.RunAsync("a", "vm-*", headers: ("Idempotency-Key", "kept"));
        var before = (await _cluster.GetAsync("a", "v1/jobs?limit=1000")).Items("id");
        var ran = 0;
        _cluster.VmOf("b").AgentAnswers["guest-exec-status"] = _ => Task.FromResult("""{"exited": true, "exitcode": 0}""");
        _cluster.VmOf("b").AgentAnswers["guest-exec"] = _ =>
        {
            Interlocked.Increment(ref ran);
            return Task.FromResult("""{"pid": 118}""");
        };

        await _cluster.Postgres.StopAsync();

        // At once, while its duties are still held, and later, when they have been given up.
        await AssertRefusedAsync();
        foreach (var node in new[] { "a", "b", "c" })
        {
            await Eventually.TrueAsync(async () => (await _cluster.GetAsync(node, "readyz")).Status == HttpStatusCode.ServiceUnavailable, Limit, "the gateway is not ready");
            var checks = (await _cluster.GetAsync(node, "readyz")).Json.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!);
            Assert.Equal("Failing", checks["cluster-store"].GetProperty("status").GetString());
            Assert.Equal(HttpStatusCode.OK, (await _cluster.GetAsync(node, "v1/vms")).Status);
        }
        await Eventually.TrueAsync(async () => Check(await _cluster.GetAsync("a", "readyz"), "duties") == "Failing", Limit, "the duties are given up");
        await AssertRefusedAsync();

        await _cluster.Postgres.ResumeAsync();

        await Eventually.TrueAsync(async () => (await _cluster.GetAsync("a", "readyz")).Json.GetProperty("status").GetString() == "Ok", Limit, "the gateway is ready");
        await _cluster.WholeAsync();
        var after = (await _cluster.GetAsync("b", "v1/jobs?limit=1000")).Items("id");
        Assert.Equal(before, after);
        var accepted = await _cluster.PostAsync("c", "v1/jobs", Mutating, ("Prefer", "wait=30"));
        Assert.Equal((HttpStatusCode.OK, "Succeeded"), (accepted.Status, accepted.Text("phase")));
        Assert.Equal(1, Volatile.Read(ref ran));
    }

    private async Task AssertRefusedAsync()
    {
        foreach (var gateway in new[] { "a", "b", "c" })
        {
            foreach (var key in new[] { [], new[] { ("Idempotency-Key", $"{Guid.NewGuid()}") } })
            {
                var answer = await _cluster.PostAsync(gateway, "v1/jobs", Mutating, key);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
                Assert.True(answer.Text("code") is "store-unavailable" or "moving", answer.Body);
            }
        }
    }

    private static string? Check(Api.ServedFleet.Answer health, string name) =>
        health.Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == name).GetProperty("status").GetString();
}
