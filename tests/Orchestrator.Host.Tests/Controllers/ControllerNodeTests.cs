using System.Net;
using System.Text;
using System.Text.Json;
using Orchestrator.Host.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.Host.Tests.Controllers;

/// <summary>A node that runs the template as a plug-in.</summary>
[Collection(nameof(Plugin))]
public sealed class ControllerNodeTests(Plugin plugin) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly FakeVm _web1 = new("web1", new Guid("00000000-0000-4000-8000-000000000001"));
    private ServedNode _node = null!;

    public async Task InitializeAsync()
    {
        _web1.AgentAnswers["guest-get-time"] = _ => Task.FromResult("17");
        _node = await ServedNode.StartAsync($"host: node1\ncontrollers:\n- {{name: boot-count, assembly: {plugin.Path}, options: {{most: '0'}}}}\n");
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task The_template_runs_and_all_that_it_did_is_shown()
    {
        await _node.AddAsync(_web1);
        await Eventually.TrueAsync(async () => (await ControllerAsync()).GetProperty("counts").GetProperty("events").GetInt64() >= 1, Limit, "the guest's start is handled");

        var controller = await ControllerAsync();
        Assert.Equal(("boot-count", "Vm", "Live", "Complaining"), (Text(controller, "name"), Text(controller, "scope"), Text(controller, "mode"), Text(controller, "health")));
        Assert.Equal("1 of 1, such as web1: it has started 1 times", Text(controller, "message"));
        var detail = (await GetAsync("v1/controllers/boot-count")).Body;
        Assert.Equal((_web1.Uuid.ToString(), "web1"), (Text(detail.GetProperty("instances")[0], "key"), Text(detail.GetProperty("instances")[0], "vmName")));
        Assert.Equal("web1 has started 1 times; its clock says 17 ns", Text(detail.GetProperty("journal")[0], "text"));

        Assert.Equal(1, controller.GetProperty("counts").GetProperty("commands").GetInt64());
        Assert.Empty((await GetAsync("v1/jobs")).Body.GetProperty("items").EnumerateArray());
        await Eventually.TrueAsync(async () => Text((await GetAsync("v1/vms/web1")).Body.GetProperty("facts"), "boot-count.count") == "1", Limit, "its fact is shown");
        await Eventually.TrueAsync(async () => (await EventsAsync()).Contains("io.orchestrator.controller.TOO_MANY_BOOTS /hosts/node1/vms/" + _web1.Uuid), Limit, "its event is logged");
    }

    [Fact]
    public async Task It_is_paused_resumed_and_replayed()
    {
        await _node.AddAsync(_web1);
        await Eventually.TrueAsync(async () => (await ControllerAsync()).GetProperty("counts").GetProperty("events").GetInt64() >= 1, Limit, "the guest's start is handled");
        Assert.Equal("Stopped", Text((await PostAsync("v1/controllers/boot-count:pause")).Body.GetProperty("controller"), "health"));
        Assert.Equal("Stopped", Text(await ControllerAsync(), "health"));
        Assert.Equal("Complaining", Text((await PostAsync("v1/controllers/boot-count:resume")).Body.GetProperty("controller"), "health"));

        var lines = await ReplayAsync("""{"from":"beginning","mode":"shadow"}""");
        Assert.Contains(lines, line => Text(line, "text") == "web1 has started 1 times; its clock says 17 ns");
        Assert.Contains(lines, line => Text(line, "text").StartsWith("would publish TOO_MANY_BOOTS", StringComparison.Ordinal) && Text(line, "event") == "GUEST_STARTUP");
        Assert.Equal("1 events, 1 instances, 0 errors", Text(lines[^1], "text"));
        Assert.Equal("0 events, 0 instances, 0 errors", Text(Assert.Single(await ReplayAsync("""{"from":"2100-01-01T00:00:00Z"}""")), "text"));
        Assert.Equal("0 events, 0 instances, 0 errors", Text(Assert.Single(await ReplayAsync("""{"from":"cursor"}""")), "text"));
    }

    [Fact]
    public async Task Its_work_is_asked_for_by_an_event()
    {
        await _node.AddAsync(_web1);
        var (status, asked) = await SendAsync(HttpMethod.Post, "v1/controllers/boot-count:trigger", """{"vm":"web1","data":{"why":"test"}}""");
        Assert.Equal((HttpStatusCode.Accepted, "BOOT_COUNT_REQUESTED"), (status, Text(asked, "event")));
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync("v1/controllers/boot-count:trigger")).Status);

        await Eventually.TrueAsync(async () => (await EventsAsync()).Count(happened => happened.StartsWith("io.orchestrator.controller.BOOT_COUNT_REQUESTED /hosts/node1", StringComparison.Ordinal)) == 2, Limit, "both are logged");
        Assert.Contains("io.orchestrator.controller.BOOT_COUNT_REQUESTED /hosts/node1/vms/" + _web1.Uuid, await EventsAsync());
    }

    [Theory]
    [InlineData("GET", "v1/controllers/none", null, HttpStatusCode.NotFound, "controller-not-found")]
    [InlineData("POST", "v1/controllers/none:trigger", null, HttpStatusCode.NotFound, "controller-not-found")]
    [InlineData("POST", "v1/controllers/boot-count:trigger", """{"data":[]}""", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("POST", "v1/controllers/boot-count:trigger", """{"vm":"nobody"}""", HttpStatusCode.NotFound, "vm-not-found")]
    [InlineData("POST", "v1/controllers/none:pause", null, HttpStatusCode.NotFound, "controller-not-found")]
    [InlineData("POST", "v1/controllers/none:replay", "{}", HttpStatusCode.NotFound, "controller-not-found")]
    [InlineData("POST", "v1/controllers/boot-count:replay", """{"mode":"live"}""", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("POST", "v1/controllers/boot-count:replay", """{"from":"then"}""", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("GET", "v1/controllers/boot-count?limit=0", null, HttpStatusCode.BadRequest, "invalid-request")]
    public async Task What_cannot_be_is_a_problem(string method, string path, string? body, HttpStatusCode status, string code)
    {
        var answer = await SendAsync(new HttpMethod(method), path, body);
        Assert.Equal((status, code), (answer.Status, Text(answer.Body, "code")));
    }

    [Fact]
    public async Task A_node_whose_controller_cannot_be_loaded_does_not_start()
    {
        var e = await Assert.ThrowsAsync<Host.Serving.ServeException>(() => ServedNode.StartAsync("controllers:\n- {name: x, assembly: nowhere.dll}\n"));
        Assert.Contains("the controller 'x': there is no file", e.Message);
    }

    private async Task<JsonElement> ControllerAsync() => Assert.Single((await GetAsync("v1/controllers")).Body.GetProperty("items").EnumerateArray());

    private async Task<JsonElement[]> ReplayAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _node.Http.PostAsync("v1/controllers/boot-count:replay", content);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    private async Task<List<string>> EventsAsync()
    {
        var lines = await _node.Http.GetStringAsync("v1/events?type=io.orchestrator.controller.*&from=beginning&follow=false");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).Select(line => $"{Text(line, "type")} {Text(line, "source")}")];
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    private Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path) => SendAsync(HttpMethod.Post, path, null);

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await _node.Http.SendAsync(request);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    private static string Text(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member.GetString()! : "";
}
