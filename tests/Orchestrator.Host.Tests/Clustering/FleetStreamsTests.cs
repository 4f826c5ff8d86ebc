using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Api;
using Orchestrator.Host.Tests.Endpoints;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.Protocol.Agent.Files;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>What streams to and from one VM, through the gateway of another node.</summary>
[Collection(nameof(ServedCluster))]
public sealed class FleetStreamsTests(ServedCluster cluster)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string> Pairs => new() { { "a", "a" }, { "a", "b" }, { "b", "c" }, { "c", "b" } };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task File_goes_in_and_comes_back(string gateway, string node)
    {
        var files = new GuestFiles(cluster.VmOf(node));
        var bytes = RandomNumberGenerator.GetBytes((2 * GuestFile.ChunkBytes) + 3);
        var http = cluster[gateway].Http;

        using var put = await http.PutAsync($"v1/vms/vm-{node}/file?path=/tmp/a%20b", new ByteArrayContent(bytes));
        using var get = await http.GetAsync($"v1/vms/vm-{node}/file?path=/tmp/a%20b");

        Assert.True(put.StatusCode == HttpStatusCode.OK, await put.Content.ReadAsStringAsync());
        Assert.Equal(bytes, files.Contents["/tmp/a b"]);
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (get.StatusCode, get.Content.Headers.ContentLength));
        Assert.Equal(bytes, await get.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Upload_that_is_refused_is_told_so_unchanged_and_nothing_of_it_is_sent_twice()
    {
        var opened = 0;
        cluster.VmOf("b").AgentAnswers["guest-file-open"] = _ =>
        {
            Interlocked.Increment(ref opened);
            throw new FakeAgentException("read-only file system");
        };

        var body = new CountedBody(1_000_000);
        using var far = await cluster["a"].Http.PutAsync("v1/vms/vm-b/file?path=/x", body);
        using var near = await cluster["b"].Http.PutAsync("v1/vms/vm-b/file?path=/x", new CountedBody(1_000_000));

        Assert.Equal((HttpStatusCode.BadGateway, near.StatusCode), (far.StatusCode, far.StatusCode));
        Assert.Equal((1, 2), (body.Reads, Volatile.Read(ref opened)));
        var (here, there) = (JsonElement.Parse(await near.Content.ReadAsStringAsync()), JsonElement.Parse(await far.Content.ReadAsStringAsync()));
        foreach (var member in new[] { "type", "title", "status", "detail", "code" })
            Assert.Equal(here.GetProperty(member).ToString(), there.GetProperty(member).ToString());
        Assert.Equal("GuestError", there.GetProperty("outcome").GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("a", false)]
    [InlineData("c", true)]
    [InlineData("c", false)]
    public async Task Upload_that_the_caller_cuts_is_cut_for_the_guest_too(string gateway, bool atOnce)
    {
        var files = new GuestFiles(cluster.VmOf("c"));
        var (path, opened) = ($"/tmp/cut-{gateway}-{atOnce}", new TaskCompletionSource());
        var open = cluster.VmOf("c").AgentAnswers["guest-file-open"];
        cluster.VmOf("c").AgentAnswers["guest-file-open"] = async command =>
        {
            if (atOnce)
                await opened.Task;
            return await open(command);
        };
        using var leave = new CancellationTokenSource();
        var before = cluster.VmOf("c").AgentCommands.Count;

        var put = cluster[gateway].Http.PutAsync($"v1/vms/vm-c/file?path={path}", new StalledBody(GuestFile.ChunkBytes), leave.Token);
        await TestKit.Eventually.TrueAsync(
            () => atOnce ? cluster.VmOf("c").AgentCommands.Skip(before).Any(command => command.Name == "guest-file-open") : files.Contents.GetValueOrDefault(path)?.Length > 0,
            Patience,
            "the upload is under way");
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => put);
        opened.SetResult();

        await TestKit.Eventually.TrueAsync(() => cluster.VmOf("c").AgentCommands.Skip(before).Any(command => command.Name == "guest-file-close") && files.OpenHandles == 0, Patience, "the guest's file is closed");
        Assert.True(files.Contents[path].Length <= GuestFile.ChunkBytes);
    }

    [Fact]
    public async Task Body_is_not_asked_for_when_the_guest_does_not_take_it_and_may_be_of_any_length()
    {
        cluster.VmOf("b").AgentAnswers["guest-file-open"] = _ => throw new FakeAgentException("read-only file system");
        foreach (var gateway in new[] { "a", "b" })
        {
            var body = new CountedBody(1L << 40);
            using var request = new HttpRequestMessage(HttpMethod.Put, "v1/vms/vm-b/file?path=/tmp/x") { Content = body, Headers = { ExpectContinue = true } };

            using var answer = await cluster[gateway].Http.SendAsync(request);

            Assert.Equal((gateway, HttpStatusCode.BadGateway, 0), (gateway, answer.StatusCode, body.Reads));
        }
    }

    /// <summary>How much may come is for the node to say that takes it.</summary>
    [Fact]
    public async Task Body_that_is_larger_than_those_of_commands_may_be_comes_through()
    {
        var (length, files) = (RequestBody.MaxBytes + GuestFile.ChunkBytes, new GuestFiles(cluster.VmOf("b")));

        using var put = await cluster["a"].Http.PutAsync("v1/vms/vm-b/file?path=/tmp/large", new CountedBody(length));

        Assert.True(put.StatusCode == HttpStatusCode.OK, await put.Content.ReadAsStringAsync());
        Assert.Equal(length, files.Contents["/tmp/large"].Length);
    }

    [Fact]
    public async Task Answer_that_fails_in_the_middle_does_not_look_whole()
    {
        var files = new GuestFiles(cluster.VmOf("b"));
        files.Contents["/tmp/x"] = new byte[4 * GuestFile.ChunkBytes];
        files.BeforeRead = reads =>
        {
            if (reads == 3)
                throw new FakeAgentException("the disk is gone");
        };

        await Assert.ThrowsAsync<HttpRequestException>(() => cluster["c"].Http.GetByteArrayAsync("v1/vms/vm-b/file?path=/tmp/x"));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task QMP_is_spoken_over_a_WebSocket(string gateway, string node)
    {
        using var socket = await QmpPeer.UpgradeAsync(cluster[gateway], $"vm-{node}");

        Assert.True((await ReadAsync(socket)).TryGetProperty("QMP", out _));
        await SendAsync(socket, """{"execute":"qmp_capabilities"}""");
        Assert.Equal("{}", (await ReadAsync(socket)).GetProperty("return").GetRawText());
        await SendAsync(socket, """{"execute":"query-name","id":1}""");
        Assert.Equal($"vm-{node}", (await ReadAsync(socket)).GetProperty("return").GetProperty("name").GetString());
        await cluster.VmOf(node).HappenAsync("POWERDOWN");
        Assert.Equal("POWERDOWN", (await ReadAsync(socket)).GetProperty("event").GetString());
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WaitAsync(Patience);
    }

    [Theory]
    [InlineData("GET", "v1/vms/vm-b/qmp", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("GET", "v1/vms/vm-b/schema", HttpStatusCode.ServiceUnavailable, "schema-unavailable")]
    [InlineData("GET", "v1/vms/vm-b/file?path=", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("GET", "v1/vms/vm-x/file?path=/x", HttpStatusCode.NotFound, "vm-not-found")]
    [InlineData("POST", "v1/vms/vm-b:release", HttpStatusCode.Conflict, "not-quarantined")]
    [InlineData("POST", "v1/vms/vm-b/agent/guest-nothing", HttpStatusCode.NotFound, "unknown-command")]
    [InlineData("POST", "v1/vms/vm-b/qmp/guest-ping", HttpStatusCode.NotFound, "unknown-command")]
    public async Task Problem_is_the_same_from_every_gateway(string method, string path, HttpStatusCode status, string code)
    {
        var answers = new List<string>();
        foreach (var gateway in new[] { "a", "b", "c" })
        {
            var answer = await cluster.SendAsync(gateway, new HttpRequestMessage(new HttpMethod(method), path));
            answer.IsProblem(status, code, "");
            answers.Add(answer.Masked);
        }
        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Outcomes_of_a_job_are_streamed_as_they_come()
    {
        var release = new TaskCompletionSource<string>();
        cluster.VmOf("a").AgentAnswers["guest-get-users"] = _ => release.Task;
        foreach (var node in new[] { "b", "c" })
            cluster.VmOf(node).AgentAnswers["guest-get-users"] = _ => Task.FromResult("[]");
        var job = (await cluster.PostAsync("a", "v1/jobs", """{"target":"vm-*","command":"guest-get-users"}""")).Json.GetProperty("id").GetString();
        var owner = await cluster.OwnerOfAsync(job!);
        var gateway = new[] { "a", "b", "c" }.First(name => name != owner);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/jobs/{job}/events") { Headers = { { "Accept", "application/x-ndjson" } } };
        using var answer = await cluster[gateway].Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var seen = new List<JsonElement>();
        while (seen.Count < 3)
            await ReadLineAsync();
        Assert.Equal(["vm-b", "vm-c"], seen.Skip(1).Select(line => line.GetProperty("outcome").GetProperty("name").GetString()).Order());
        release.SetResult("[]");
        while (seen.Count < 5)
            await ReadLineAsync();

        Assert.Equal("vm-a", seen[3].GetProperty("outcome").GetProperty("name").GetString());
        Assert.Equal("Succeeded", seen[4].GetProperty("job").GetProperty("phase").GetString());
        Assert.Null(await lines.ReadLineAsync());

        async Task ReadLineAsync()
        {
            if (await lines.ReadLineAsync().WaitAsync(Patience) is { Length: > 0 } line)
                seen.Add(JsonElement.Parse(line));
        }
    }

    private static async Task SendAsync(WebSocket socket, string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<JsonElement> ReadAsync(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var result = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Patience);
        Assert.Equal(WebSocketMessageType.Text, result.MessageType);
        return JsonElement.Parse(buffer.AsMemory(0, result.Count).Span);
    }

    /// <summary>Counts how often it is written.</summary>
    private sealed class CountedBody(long length) : HttpContent
    {
        public int Reads { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Reads++;
            return stream.WriteAsync(new byte[length]).AsTask();
        }

        protected override bool TryComputeLength(out long size)
        {
            size = length;
            return true;
        }
    }

    /// <summary>Sends some of what it announces, and then nothing.</summary>
    private sealed class StalledBody(int length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[length], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        protected override bool TryComputeLength(out long size)
        {
            size = 2L * length;
            return true;
        }
    }
}
