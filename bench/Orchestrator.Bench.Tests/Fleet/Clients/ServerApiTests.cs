using System.Net.Sockets;
using System.Text;
using Orchestrator.Bench.Fleet.Clients.Server;

namespace Orchestrator.Bench.Tests.Fleet.Clients;

public sealed class ServerApiTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ob-test-").FullName;

    private string Path => System.IO.Path.Combine(_directory, "api.sock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_server_that_does_not_listen_is_not_live()
    {
        using var api = new ServerApi(Path);

        Assert.False(await api.IsLiveAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("503 Service Unavailable", false)]
    public async Task Live_is_what_the_server_says(string status, bool live)
    {
        var (result, request) = await AskAsync(status, "", api => api.IsLiveAsync(CancellationToken.None));

        Assert.Equal(live, result);
        Assert.StartsWith("GET /healthz HTTP/1.1", request);
    }

    [Fact]
    public async Task Agents_are_counted_by_state()
    {
        const string List = """{"items":[{"name":"a","agent":"Ready"},{"name":"b","agent":"Connecting"},{"name":"c","agent":"Ready"},{"name":"d"}]}""";

        var (states, request) = await AskAsync("200 OK", List, api => api.AgentStatesAsync(CancellationToken.None));

        Assert.Equal((2, 1, 1), (states["Ready"], states["Connecting"], states["unknown"]));
        Assert.StartsWith("GET /v1/vms HTTP/1.1", request);
    }

    [Fact]
    public async Task A_vm_is_attached_when_it_runs_and_its_identity_is_known()
    {
        const string List = """{"items":[{"id":"u1","name":"a","state":"Running"},{"name":"b","state":"Running"},{"id":"u3","name":"c","state":"Paused"}]}""";

        var (attached, request) = await AskAsync("200 OK", List, api => api.AttachedVmsAsync(CancellationToken.None));

        Assert.Equal(1, attached);
        Assert.StartsWith("GET /v1/vms HTTP/1.1", request);
    }

    [Fact]
    public async Task An_endless_answer_is_asked_for_in_its_form_and_given_back_with_its_head()
    {
        var (text, request) = await AskAsync("200 OK", "line", async api =>
        {
            using var answer = await api.OpenAsync("v1/events?type=a", "text/event-stream", CancellationToken.None);
            return await answer.Content.ReadAsStringAsync();
        });

        Assert.Equal("line", text);
        Assert.StartsWith("GET /v1/events?type=a HTTP/1.1", request);
        Assert.Contains("Accept: text/event-stream", request);
    }

    [Fact]
    public async Task An_endless_answer_that_is_refused_is_an_error() =>
        await Assert.ThrowsAsync<BenchException>(() => AskAsync("400 Bad Request", "{}", api => api.OpenAsync("v1/events?cursor=x", "text/event-stream", CancellationToken.None)));

    [Fact]
    public async Task A_job_goes_to_every_vm_and_asks_for_the_stream()
    {
        const string Stream = """
            {"job":{"phase":"Running"}}
            {"outcome":{"phase":"Succeeded"}}
            {"job":{"phase":"Succeeded"}}

            """;

        var (tally, request) = await AskAsync("200 OK", Stream, api => api.RunJobAsync("guest-ping", CancellationToken.None));

        Assert.Equal(new JobTally(1, 1, null), tally);
        Assert.StartsWith("POST /v1/jobs HTTP/1.1", request);
        Assert.Contains("Accept: application/x-ndjson", request);
        Assert.EndsWith("""{"target":"*","command":"guest-ping"}""", request);
    }

    [Fact]
    public async Task A_call_has_its_time_limit_and_its_outcome()
    {
        var (outcome, request) = await AskAsync(
            "200 OK", """{"vm":"u","phase":"Undelivered","reason":"GuestQuarantined","effect":"None","elapsedMs":0.1}""",
            api => api.CallAsync("vm0007", "guest-ping", TimeSpan.FromSeconds(2), CancellationToken.None));

        Assert.Equal(new CallOutcome("Undelivered", "GuestQuarantined"), outcome);
        Assert.StartsWith("POST /v1/vms/vm0007/agent/guest-ping?timeoutMs=2000 HTTP/1.1", request);
    }

    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("409 Conflict", false)]
    public async Task A_release_says_whether_there_was_a_quarantine(string status, bool released)
    {
        var (result, request) = await AskAsync(status, "{}", api => api.ReleaseAsync("hostile", CancellationToken.None));

        Assert.Equal(released, result);
        Assert.StartsWith("POST /v1/vms/hostile:release HTTP/1.1", request);
    }

    [Fact]
    public async Task A_release_that_is_refused_otherwise_is_an_error() =>
        await Assert.ThrowsAsync<BenchException>(() => AskAsync("404 Not Found", "{}", api => api.ReleaseAsync("nobody", CancellationToken.None)));

    [Fact]
    public async Task A_refusal_is_quoted()
    {
        var error = await Assert.ThrowsAsync<BenchException>(
            () => AskAsync("422 Unprocessable Content", """{"code":"no-targets"}""", api => api.RunJobAsync("guest-ping", CancellationToken.None)));

        Assert.Contains("/v1/jobs was refused with 422: {\"code\":\"no-targets\"}", error.Message);
    }

    /// <summary>Asks a server that answers one request with <paramref name="status"/> and <paramref name="body"/>. Also returns the request.</summary>
    private async Task<(T Result, string Request)> AskAsync<T>(string status, string body, Func<ServerApi, Task<T>> ask)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        using var api = new ServerApi(Path);
        var result = ask(api);
        using var client = await listener.AcceptAsync();
        var request = await ReadRequestAsync(client);
        var answer = $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";
        await client.SendAsync(Encoding.UTF8.GetBytes(answer));
        return (await result, request);
    }

    // A body of the client's is one chunk; its text and the head are what the tests look at.
    private static async Task<string> ReadRequestAsync(Socket client)
    {
        var buffer = new byte[8192];
        var text = "";
        while (!text.Contains("\r\n\r\n") || (text.StartsWith("POST") && !text.Contains("Content-Length: 0\r\n") && !text.EndsWith("\r\n0\r\n\r\n") && !text.EndsWith('}')))
            text += Encoding.UTF8.GetString(buffer, 0, await client.ReceiveAsync(buffer));
        return text.Replace("\r\n0\r\n\r\n", "");
    }
}
