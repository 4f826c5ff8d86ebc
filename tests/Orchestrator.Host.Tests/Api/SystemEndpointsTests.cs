using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Api;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class SystemEndpointsTests(ServedFleet fleet)
{
    [Fact]
    public async Task Version_names_program_and_host() =>
        Assert.Equal($$"""{"version":"{{SystemEndpoints.Version}}","host":"node1"}""", (await fleet.GetAsync("v1/version")).Body);

    [Theory]
    [InlineData("healthz", """{"status":"Ok","checks":[{"name":"actors","status":"Ok"}]}""")]
    [InlineData("readyz", """{"status":"Ok","checks":[{"name":"actors","status":"Ok"},{"name":"event-log","status":"Ok"},{"name":"jobs","status":"Ok"},{"name":"store","status":"Ok"},{"name":"vm-sources","status":"Ok"}]}""")]
    public async Task Node_is_alive_and_ready(string path, string body)
    {
        var answer = await fleet.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, body), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task OpenApi_document_lists_all_routes()
    {
        var paths = (await fleet.GetAsync("openapi.json")).Json.GetProperty("paths");

        Assert.Equal(
            [
                "delete /v1/subscriptions/{id}", "get /healthz", "get /readyz", "get /v1/cluster", "get /v1/controllers", "get /v1/controllers/{name}", "get /v1/events", "get /v1/events/{id}", "get /v1/freeze-leases",
                "get /v1/freezes", "get /v1/freezes/{id}", "get /v1/jobs", "get /v1/jobs/{id}", "get /v1/jobs/{id}/events", "get /v1/jobs/{id}/export", "get /v1/jobs/{id}/invocations",
                "get /v1/jobs/{id}/invocations/{vm}/result", "get /v1/jobs/{id}/invocations/{vm}/stderr", "get /v1/jobs/{id}/invocations/{vm}/stdout", "get /v1/migrations", "get /v1/migrations/{id}", "get /v1/nodes", "get /v1/nodes/{name}", "get /v1/schemas", "get /v1/schemas/{name}",
                "get /v1/subscriptions", "get /v1/subscriptions/{id}", "get /v1/subscriptions/{id}/dead-letters", "get /v1/version", "get /v1/vms", "get /v1/vms/{vm}", "get /v1/vms/{vm}/file",
                "get /v1/vms/{vm}/qmp", "get /v1/vms/{vm}/schema", "get /v1/vms/{vm}/schema/{command}", "get /v1/vms:watch", "get /v1/ws", "post /v1/controllers/{name}:pause",
                "post /v1/controllers/{name}:replay", "post /v1/controllers/{name}:resume", "post /v1/controllers/{name}:trigger", "post /v1/freezes", "post /v1/freezes/{id}:extend", "post /v1/freezes/{id}:thaw", "post /v1/freezes:thaw",
                "post /v1/jobs", "post /v1/jobs/{id}:cancel", "post /v1/jobs/{id}:pause", "post /v1/jobs/{id}:resume", "post /v1/jobs/{id}:retry", "post /v1/jobs:plan", "post /v1/nodes/{name}:drain", "post /v1/nodes/{name}:remove", "post /v1/snapshots",
                "post /v1/subscriptions", "post /v1/subscriptions/{id}:discard", "post /v1/subscriptions/{id}:pause", "post /v1/subscriptions/{id}:redeliver", "post /v1/subscriptions/{id}:resume",
                "post /v1/subscriptions/{id}:rotate", "post /v1/subscriptions/{id}:test",
                "post /v1/vms/{vm}/agent/{command}", "post /v1/vms/{vm}/qmp/{command}", "post /v1/vms/{vm}:release", "put /v1/vms/{vm}/file",
            ],
            paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("DELETE", "v1/jobs")]
    [InlineData("POST", "v1/vms")]
    [InlineData("PUT", "v1/vms/web1")]
    public async Task Method_that_is_not_there_is_a_problem(string method, string path)
    {
        using var answer = await fleet.Node.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("/v1/jobs")]
    [InlineData("/v1/vms/web1/agent/guest-file-write")]
    public async Task Body_beyond_the_limit_is_refused_before_it_is_sent(string path)
    {
        var answer = await SendRawAsync($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {RequestBody.MaxBytes + 1}\r\n\r\n{{");

        Assert.StartsWith("HTTP/1.1 413 ", answer);
        Assert.Contains("\"code\":\"body-too-large\"", answer);
    }

    [Fact]
    public async Task Large_body_within_the_limit_is_read()
    {
        var argument = new string('x', 2 << 20);
        var answer = await fleet.PostAsync("v1/jobs", JsonSerializer.Serialize(new { target = "nobody", run = new { argv = new[] { "echo", argument } } }));

        answer.IsProblem(HttpStatusCode.UnprocessableEntity, "no-targets", "nobody");
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var socket = await fleet.Node.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        var answer = new StringBuilder();
        // An answer to a request that was not read to its end may be followed by a reset.
        var buffer = new char[4096];
        try
        {
            for (int count; (count = await reader.ReadAsync(buffer)) > 0;)
                answer.Append(buffer, 0, count);
        }
        catch (IOException)
        {
        }
        return answer.ToString();
    }
}
