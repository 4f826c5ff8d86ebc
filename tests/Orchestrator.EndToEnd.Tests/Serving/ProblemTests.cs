using System.Net;
using System.Text.Json;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>What is wrong with a request is told as RFC 9457 problems, before anything is sent to a VM.</summary>
public sealed class ProblemTests(PeersFixture peers) : IClassFixture<PeersFixture>
{
    [Theory]
    [InlineData("""{"target":"web[","command":"guest-ping"}""", 400, "invalid-selector", "[")]
    [InlineData("""{"target":"nobody","command":"guest-ping"}""", 422, "no-targets", "nobody")]
    [InlineData("""{"target":"*","command":"guest-pong"}""", 404, "unknown-command", "guest-pong")]
    [InlineData("""{"target":"*","command":"guest-file-open","arguments":{"path":7}}""", 422, "invalid-arguments", "path")]
    [InlineData("""{"target":"*","command":"guest-file-open"}""", 422, "invalid-arguments", "path")]
    [InlineData("""{"target":"*","command":"guest-exec","arguments":{"path":"sh","arg":["a",7]}}""", 422, "invalid-arguments", "arg[1]")]
    [InlineData("""{"target":"*","command":"guest-exec-status","arguments":{"pid":1.5}}""", 422, "invalid-arguments", "pid")]
    [InlineData("""{"target":"*","command":"guest-ping","arguments":{"x":1}}""", 422, "invalid-arguments", "x")]
    [InlineData("""{"target":"*"}""", 400, "invalid-request", "'command', 'run' and 'migrate'")]
    [InlineData("""{"command":"guest-ping"}""", 400, "invalid-request", "'target'")]
    [InlineData("""{"target":"*","run":{"argv":["x"],"input":"%"}}""", 400, "invalid-request", "base64")]
    [InlineData("""{"target":"*","command":"guest-ping","timeoutMs":0}""", 400, "invalid-request", "timeoutMs")]
    [InlineData("""{"target":"*","command":"guest-ping","unknown":1}""", 400, "invalid-request", "unknown")]
    [InlineData("""{"target":"*",""", 400, "invalid-request", "body")]
    public async Task Job_that_cannot_be_carried_out_is_refused_with_the_place_of_the_mistake(string body, int status, string code, string detail)
    {
        var answer = await peers.Api.PostAsync("/v1/jobs", body);

        AssertProblem(answer, status, code);
        Assert.Contains(detail, answer.Body.Text("detail"));
    }

    [Theory]
    [InlineData("GET", "/v1/vms/nobody", 404, "vm-not-found")]
    [InlineData("POST", "/v1/vms/nobody/agent/guest-ping", 404, "vm-not-found")]
    [InlineData("POST", "/v1/vms/peer-0000/agent/query-status", 404, "unknown-command")]
    [InlineData("POST", "/v1/vms/peer-0000/qmp/guest-ping", 404, "unknown-command")]
    [InlineData("GET", "/v1/jobs/01J00000000000000000000000", 404, "job-not-found")]
    [InlineData("POST", "/v1/jobs/01J00000000000000000000000:cancel", 404, "job-not-found")]
    [InlineData("GET", "/v1/jobs/01J00000000000000000000000/events", 404, "job-not-found")]
    [InlineData("GET", "/v1/schemas/guest-pong", 404, "unknown-command")]
    [InlineData("GET", "/v1/controllers/none", 404, "controller-not-found")]
    [InlineData("POST", "/v1/controllers/none:resume", 404, "controller-not-found")]
    [InlineData("GET", "/v1/vms?target=l:", 400, "invalid-selector")]
    [InlineData("GET", "/v1/events?target=(", 400, "invalid-selector")]
    [InlineData("GET", "/v1/events?cursor=!", 400, "invalid-cursor")]
    [InlineData("GET", "/v1/events?since=x", 400, "invalid-request")]
    [InlineData("GET", "/v1/events?filter=type", 400, "invalid-filter")]
    [InlineData("GET", "/v1/events/1:1", 404, "event-not-found")]
    [InlineData("GET", "/v1/ws", 400, "invalid-request")]
    [InlineData("GET", "/v1/cluster", 409, "not-clustered")]
    [InlineData("GET", "/v1/nodes/none", 404, "node-not-found")]
    [InlineData("GET", "/v1/subscriptions/S", 404, "subscription-not-found")]
    [InlineData("POST", "/v1/subscriptions/S:test", 404, "subscription-not-found")]
    [InlineData("GET", "/v1/nothing", 404, "not-found")]
    public async Task Request_for_what_is_not_there_is_a_problem(string method, string path, int status, string code)
    {
        var answer = method == "GET" ? await peers.Api.GetAsync(path) : await peers.Api.PostAsync(path);

        AssertProblem(answer, status, code);
    }

    [Fact]
    public async Task Client_shows_what_the_server_refused_and_exits_with_a_usage_error()
    {
        var selector = await peers.Server.CliAsync("ping", "-t", "web[");
        var arguments = await peers.Server.CliAsync("ga", "-t", "*", "guest-file-open", "path=/x", "mod=r");

        Assert.Equal((2, 2), (selector.ExitCode, arguments.ExitCode));
        Assert.Contains("[", selector.Error);
        Assert.Contains("mod", arguments.Error);
    }

    [Fact]
    public async Task Description_of_the_api_is_valid_and_has_every_path()
    {
        var answer = await peers.Api.GetAsync("/openapi.json");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("3.", answer.Body.Text("openapi"));
        string[] expected =
        [
            "/healthz", "/readyz", "/v1/cluster", "/v1/controllers", "/v1/controllers/{name}", "/v1/controllers/{name}:pause", "/v1/controllers/{name}:replay", "/v1/controllers/{name}:resume", "/v1/controllers/{name}:trigger", "/v1/events", "/v1/events/{id}", "/v1/freeze-leases", "/v1/freezes", "/v1/freezes/{id}", "/v1/freezes/{id}:extend", "/v1/freezes/{id}:thaw", "/v1/freezes:thaw",
            "/v1/jobs", "/v1/jobs/{id}", "/v1/jobs/{id}/events", "/v1/jobs/{id}/export", "/v1/jobs/{id}/invocations", "/v1/jobs/{id}/invocations/{vm}/result",
            "/v1/jobs/{id}/invocations/{vm}/stderr", "/v1/jobs/{id}/invocations/{vm}/stdout", "/v1/jobs/{id}:cancel", "/v1/jobs/{id}:pause", "/v1/jobs/{id}:resume",
            "/v1/jobs/{id}:retry", "/v1/jobs:plan", "/v1/migrations", "/v1/migrations/{id}", "/v1/nodes", "/v1/nodes/{name}", "/v1/nodes/{name}:drain", "/v1/nodes/{name}:remove", "/v1/schemas", "/v1/schemas/{name}", "/v1/snapshots", "/v1/subscriptions", "/v1/subscriptions/{id}", "/v1/subscriptions/{id}/dead-letters",
            "/v1/subscriptions/{id}:discard", "/v1/subscriptions/{id}:pause", "/v1/subscriptions/{id}:redeliver", "/v1/subscriptions/{id}:resume", "/v1/subscriptions/{id}:rotate", "/v1/subscriptions/{id}:test", "/v1/version", "/v1/vms", "/v1/vms/{vm}", "/v1/vms/{vm}/agent/{command}",
            "/v1/vms/{vm}/file", "/v1/vms/{vm}/qmp", "/v1/vms/{vm}/qmp/{command}", "/v1/vms/{vm}/schema", "/v1/vms/{vm}/schema/{command}", "/v1/vms/{vm}:release", "/v1/vms:watch", "/v1/ws",
        ];
        Assert.Equal(expected, answer.Body.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
        var post = answer.Body.GetProperty("paths").GetProperty("/v1/jobs").GetProperty("post");
        Assert.True(post.TryGetProperty("requestBody", out _));
        Assert.Equal(JsonValueKind.Object, answer.Body.GetProperty("components").GetProperty("schemas").GetProperty("OutcomeView").ValueKind);
    }

    [Fact]
    public async Task Guest_namespace_is_listed_with_its_arguments()
    {
        var names = (await peers.Api.GetAsync("/v1/schemas")).Items().Select(name => name.GetString()).ToArray();
        var open = (await peers.Api.GetAsync("/v1/schemas/guest-file-open")).Body;

        Assert.Contains("guest-view-file", names);
        Assert.Contains("guest-get-load", names);
        Assert.Equal(["path", "mode"], open.GetProperty("arguments").EnumerateArray().Select(argument => argument.Text("name")));
        Assert.Equal([false, true], open.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetProperty("optional").GetBoolean()));
    }

    private static void AssertProblem(ApiAnswer answer, int status, string code)
    {
        Assert.True(answer.Is(status, code), $"Expected {status} {code}, found {(int)answer.Status}: {answer.Text}");
        Assert.Equal("application/problem+json", answer.MediaType);
        Assert.Equal(status, answer.Body.Number("status"));
        Assert.NotEqual("", answer.Body.Text("detail"));
    }
}
