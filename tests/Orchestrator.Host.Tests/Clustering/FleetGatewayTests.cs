using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Npgsql;
using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Storage.Postgres;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>Any gateway answers for the whole fleet: jobs and what they leave, whichever node's VM it is of and whichever node has the job.</summary>
[Collection(nameof(ServedCluster))]
public sealed class FleetGatewayTests(ServedCluster cluster)
{
    private const int Large = 200_000;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static TheoryData<string, string> Pairs => new() { { "a", "a" }, { "a", "b" }, { "b", "c" }, { "c", "a" } };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Large_output_is_read_through_any_gateway(string gateway, string node)
    {
        var (stdout, stderr) = Program(cluster.VmOf(node));
        var job = await RunAsync(gateway, $"vm-{node}");

        foreach (var reader in new[] { "a", "b", "c" })
        {
            Assert.Equal(stdout, await BytesAsync(reader, $"v1/jobs/{job}/invocations/vm-{node}/stdout"));
            Assert.Equal(stderr, await BytesAsync(reader, $"v1/jobs/{job}/invocations/vm-{node}/stderr"));
        }
    }

    [Fact]
    public async Task Part_of_an_output_comes_with_its_place_and_its_tag()
    {
        var (stdout, _) = Program(cluster.VmOf("b"));
        var job = await RunAsync("a", "vm-b");
        foreach (var gateway in new[] { "a", "b", "c" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{job}/invocations/vm-b/stdout") { Headers = { Range = new RangeHeaderValue(100_000, 100_009) } };
            using var part = await cluster[gateway].Http.SendAsync(request);

            Assert.Equal((HttpStatusCode.PartialContent, $"bytes 100000-100009/{Large}", "application/octet-stream"), (part.StatusCode, part.Content.Headers.ContentRange!.ToString(), part.Content.Headers.ContentType!.MediaType));
            Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(stdout))}\"", part.Headers.ETag!.Tag);
            Assert.Equal(stdout[100_000..100_010], await part.Content.ReadAsByteArrayAsync());

            using var beyond = new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{job}/invocations/vm-b/stdout") { Headers = { Range = new RangeHeaderValue(Large, null) } };
            (await cluster.SendAsync(gateway, beyond)).IsProblem(HttpStatusCode.RequestedRangeNotSatisfiable, "range-not-satisfiable", $"has {Large} bytes");
        }
    }

    [Fact]
    public async Task Large_result_of_one_command_comes_whole_from_any_node_to_any_other()
    {
        var answer = $"\"{new string('x', Large)}\"";
        foreach (var node in new[] { "a", "b", "c" })
        {
            cluster.VmOf(node).AgentAnswers["guest-get-host-name"] = _ => Task.FromResult($$"""{"host-name":{{answer}}}""");
            foreach (var gateway in new[] { "a", "b", "c" })
            {
                var outcome = await cluster.PostAsync(gateway, $"v1/vms/vm-{node}/agent/guest-get-host-name", "{}");

                Assert.True(outcome.Status == HttpStatusCode.OK, outcome.Body[..Math.Min(500, outcome.Body.Length)]);
                Assert.Equal(answer, outcome.Json.GetProperty("result").GetProperty("host-name").GetRawText());
            }
            var job = await cluster.RunAsync("b", $"vm-{node}", "guest-get-host-name");
            var result = await cluster.GetAsync("c", $"v1/jobs/{job}/invocations/vm-{node}/result");
            Assert.Equal(("application/json", answer), (result.MediaType, result.Json.GetProperty("host-name").GetRawText()));
        }
    }

    [Fact]
    public async Task Output_whose_file_is_gone_is_a_problem_that_says_where_it_was()
    {
        Program(cluster.VmOf("c"));
        var job = await RunAsync("a", "vm-c");
        Directory.Delete(Path.Combine(cluster["c"].DataDir, "outputs", job), recursive: true);

        foreach (var gateway in new[] { "a", "b", "c" })
            (await cluster.GetAsync(gateway, $"v1/jobs/{job}/invocations/vm-c/stdout")).IsProblem(HttpStatusCode.NotFound, "output-not-found", "'c'");
    }

    [Fact]
    public async Task What_nodes_ask_each_other_is_not_there_for_anybody_else()
    {
        Program(cluster.VmOf("c"));
        var job = await RunAsync("a", "vm-c");
        var file = Directory.GetFiles(Path.Combine(cluster["c"].DataDir, "outputs", job))[0];

        (await cluster.GetAsync("c", $"peer/v1/outputs/{job}/{Path.GetFileName(file)}")).IsProblem(HttpStatusCode.NotFound, "not-found", "/peer/v1/outputs/");
        (await cluster.GetAsync("c", PeerRoutes.Jobs[1..])).IsProblem(HttpStatusCode.NotFound, "not-found", PeerRoutes.Jobs);
    }

    [Theory]
    [InlineData("01M82CJW409EM7RK8X67000001", "../jobs.db")]
    [InlineData("01M82CJW409EM7RK8X67000001", "..%2f..%2fjobs.db")]
    [InlineData("%2e%2e%2f%2e%2e%2f", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("../../../../../../00000000", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("01M82CJW409EM7RK8X67000001", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    public async Task Name_of_an_output_leads_to_nothing_else(string job, string sha256)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync($"http://{PeerOf("c")}/peer/v1/outputs/{job}/{sha256}");

        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{answer.StatusCode}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Job_that_is_waited_for_is_answered_when_it_has_ended(string gateway, string node)
    {
        var answer = await cluster.PostAsync(gateway, "v1/jobs", $$"""{"target":"vm-{{node}}","command":"guest-get-osinfo"}""", ("Prefer", "wait=30"), ("Idempotency-Key", $"{gateway}{node}"));

        Assert.Equal((HttpStatusCode.OK, "Succeeded"), (answer.Status, answer.Text("phase")));
    }

    /// <summary>Somebody else has the partition for a moment: the job goes on under a new owner, and its caller is told its end all the same.</summary>
    [Fact]
    public async Task Job_that_is_waited_for_is_answered_when_it_has_ended_although_it_moved()
    {
        var release = new TaskCompletionSource<string>();
        cluster.VmOf("c").AgentAnswers["guest-get-users"] = _ => release.Task;
        var key = $"{Guid.NewGuid()}";
        var duty = $"jobs-{JobPartition.OfKey(key)}";
        var owner = (await cluster.DutiesAsync())[duty];
        var answer = cluster.PostAsync(owner, "v1/jobs", """{"target":"vm-c","command":"guest-get-users"}""", ("Prefer", "wait=60"), ("Idempotency-Key", key));
        await Eventually.TrueAsync(async () => (await cluster.GetAsync("a", "v1/jobs?phase=Running&command=guest-get-users")).Items("id").Any(id => id[^1] == duty[^1]), Limit, "the job runs");
        var epoch = await EpochAsync($"UPDATE duty SET owner = 'nobody', epoch = epoch + 1, expires_at = clock_timestamp() + interval '3 s' WHERE name = '{duty}' RETURNING epoch");

        await Eventually.TrueAsync(async () => await EpochAsync($"SELECT epoch FROM duty WHERE name = '{duty}'") > epoch && (await cluster.DutiesAsync()).ContainsKey(duty), Limit, "a node has the duty again");
        Assert.False(answer.IsCompleted);
        release.SetResult("[]");

        var ended = await answer;
        Assert.Equal((HttpStatusCode.OK, "Succeeded"), (ended.Status, ended.Text("phase")));
    }

    [Fact]
    public async Task Every_gateway_lists_the_jobs_of_all_newest_first_in_pages_and_by_filter()
    {
        var comment = $"list {Guid.NewGuid():N}";
        var ids = new List<string>();
        foreach (var gateway in Enumerable.Repeat(new[] { "a", "b", "c" }, 4).SelectMany(names => names))
            ids.Add(await RunNamedAsync(gateway, comment));
        Assert.True(ids.Select(id => id[^1]).Distinct().Count() > 1, "the jobs are of several partitions");
        var release = new TaskCompletionSource<string>();
        var open = await HangingAsync("a", release.Task);
        var expected = ids.Append(open).OrderByDescending(id => id, StringComparer.Ordinal).ToArray();

        foreach (var gateway in new[] { "a", "b", "c" })
        {
            var all = await cluster.GetAsync(gateway, "v1/jobs?limit=1000");
            Assert.Equal(expected, all.Items("id").Where(expected.Contains));
            Assert.Equal(all.Items("id").OrderByDescending(id => id, StringComparer.Ordinal), all.Items("id"));
            var pages = new List<string>();
            while (pages.Count < expected.Length && (await cluster.GetAsync(gateway, $"v1/jobs?limit=5&before={pages.LastOrDefault() ?? "ZZ"}")).Items("id") is { Count: > 0 } page)
                pages.AddRange(page);
            Assert.Equal(expected, pages.Take(expected.Length));
            Assert.Equal([open], (await cluster.GetAsync(gateway, "v1/jobs?phase=Running")).Items("id").Where(expected.Contains));
            Assert.DoesNotContain(open, (await cluster.GetAsync(gateway, "v1/jobs?command=guest-get-osinfo&limit=1000")).Items("id"));
            (await cluster.GetAsync(gateway, "v1/jobs?limit=x")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "'limit'");
        }
        release.SetResult("[]");
    }

    [Fact]
    public async Task Jobs_of_a_partition_that_no_node_has_are_listed_from_the_store()
    {
        var comment = $"nobody {Guid.NewGuid():N}";
        var ids = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RunNamedAsync("b", comment)));
        var duty = $"jobs-{ids[0][^1]}";
        await EpochAsync($"UPDATE duty SET owner = 'nobody', epoch = epoch + 1, expires_at = clock_timestamp() + interval '5 s' WHERE name = '{duty}' RETURNING epoch");
        await Eventually.TrueAsync(async () => Check(await cluster.GetAsync("a", "readyz"), "duties") == "Degraded", Limit, "no node has the duty");

        foreach (var gateway in new[] { "a", "b", "c" })
            Assert.Equal(ids.OrderDescending(StringComparer.Ordinal), (await cluster.GetAsync(gateway, "v1/jobs?limit=1000")).Items("id").Where(ids.Contains));
        await Eventually.TrueAsync(async () => (await cluster.DutiesAsync()).GetValueOrDefault(duty) is "a" or "b" or "c", Limit, "a node has the duty again");
    }

    private static string? Check(Api.ServedFleet.Answer health, string name) =>
        health.Json.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == name).GetProperty("status").GetString();

    private async Task<long> EpochAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{cluster.Postgres.ConnectionString};Search Path=orchestrator");
        await connection.OpenAsync();
        return (long)(await connection.ScalarAsync(sql))!;
    }

    /// <summary>A program that writes two large outputs.</summary>
    private static (byte[] Stdout, byte[] Stderr) Program(FakeVm vm)
    {
        var (stdout, stderr) = (RandomNumberGenerator.GetBytes(Large), RandomNumberGenerator.GetBytes(Large / 2));
        vm.AgentAnswers["guest-exec"] = _ => Task.FromResult("""{"pid": 118}""");
        vm.AgentAnswers["guest-exec-status"] = _ => Task.FromResult($$"""{"exited": true, "exitcode": 0, "out-data": "{{Convert.ToBase64String(stdout)}}", "err-data": "{{Convert.ToBase64String(stderr)}}"}""");
        return (stdout, stderr);
    }

    private async Task<string> RunAsync(string gateway, string target)
    {
        var answer = await cluster.PostAsync(gateway, "v1/jobs", $$$"""{"target":"{{{target}}}","run":{"argv":["dump"]}}""", ("Prefer", "wait=30"));
        Assert.True(answer.Status == HttpStatusCode.OK && answer.Text("phase") == "Succeeded", answer.Body);
        return answer.Json.GetProperty("id").GetString()!;
    }

    private async Task<string> RunNamedAsync(string gateway, string comment)
    {
        var answer = await cluster.PostAsync(gateway, "v1/jobs", $$"""{"target":"vm-*","command":"guest-get-osinfo","comment":"{{comment}}"}""", ("Prefer", "wait=30"), ("Idempotency-Key", $"{Guid.NewGuid()}"));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return answer.Json.GetProperty("id").GetString()!;
    }

    /// <summary>A job whose guest does not answer yet.</summary>
    private async Task<string> HangingAsync(string node, Task<string> release)
    {
        cluster.VmOf(node).AgentAnswers["guest-get-users"] = _ => release;
        var answer = await cluster.PostAsync("c", "v1/jobs", $$"""{"target":"vm-{{node}}","command":"guest-get-users"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return answer.Json.GetProperty("id").GetString()!;
    }

    private async Task<byte[]> BytesAsync(string gateway, string path)
    {
        using var answer = await cluster[gateway].Http.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{gateway}: {(answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync())}");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private string PeerOf(string node) => cluster.Addresses[node] is var listen && listen.Split(':') is [var host, var port] ? $"{host}:{int.Parse(port) + 1}" : "";
}
