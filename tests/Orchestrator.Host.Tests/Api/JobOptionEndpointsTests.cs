using System.Net;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Host.Tests.Api;

/// <summary>Plans, pace, keys, pause and retry through the API of a real node.</summary>
[Collection(nameof(ServedFleet))]
public sealed class JobOptionEndpointsTests(ServedFleet fleet) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource<string> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose()
    {
        _gate.TrySetResult("[]");
        fleet.Web1.AgentAnswers.Clear();
        fleet.Web2.AgentAnswers.Clear();
    }

    [Theory]
    [InlineData("\"maxConcurrency\":\"0\"", "'maxConcurrency' is '0'")]
    [InlineData("\"maxConcurrency\":\"many\"", "'maxConcurrency' is 'many'")]
    [InlineData("\"perHost\":0", "'perHost' must be 1 or more")]
    [InlineData("\"rate\":0", "'rate' must be between")]
    [InlineData("\"canary\":[\"1\",\"101%\"]", "'canary[1]' is '101%'")]
    [InlineData("\"maxErrors\":\"-1\"", "'maxErrors' is '-1'")]
    [InlineData("\"deadlineMs\":0", "'deadlineMs'")]
    [InlineData("\"deliveryTimeoutMs\":-5", "'deliveryTimeoutMs'")]
    [InlineData("\"attempts\":11", "'attempts' must be between 1 and 10")]
    [InlineData("\"conditions\":{\"paused\":\"maybe\"}", "paused")]
    public async Task Wrong_option_is_a_problem_that_names_it(string option, string expected)
    {
        foreach (var path in (string[])["v1/jobs", "v1/jobs:plan"])
            (await fleet.PostAsync(path, $$"""{"target":"*","command":"guest-ping",{{option}}}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", expected);
    }

    [Fact]
    public async Task Plan_says_who_comes_when_and_what_is_in_the_way()
    {
        var plan = (await fleet.PostAsync("v1/jobs:plan", """{"target":"*","command":"guest-ping","canary":["1"]}""")).Json;

        Assert.Equal(("guest-ping", "ReadOnly", 3), (plan.GetProperty("command").GetString(), plan.GetProperty("class").GetString(), plan.GetProperty("targets").GetInt32()));
        Assert.Equal([1, 2], plan.GetProperty("waves").EnumerateArray().Select(wave => wave.GetInt32()));
        Assert.Equal(
            ["db1 1 Undelivered AgentAbsent", "web1 2  ", "web2 2  "],
            plan.GetProperty("items").EnumerateArray().Select(vm => $"{Text(vm, "name")} {vm.GetProperty("wave").GetInt32()} {Text(vm, "phase")} {Text(vm, "reason")}"));
    }

    [Fact]
    public async Task Job_that_was_planned_for_other_targets_is_refused_and_says_who_came()
    {
        var hash = (await fleet.PostAsync("v1/jobs:plan", """{"target":"web1","command":"guest-ping"}""")).Json.GetProperty("targetHash").GetString();

        var same = await fleet.PostAsync("v1/jobs", $$"""{"target":"web1","command":"guest-ping","targetHash":"{{hash}}","targetNames":["node1/web1"]}""", prefer: "wait=30");
        var others = await fleet.PostAsync("v1/jobs", $$"""{"target":"web*","command":"guest-ping","targetHash":"{{hash}}","targetNames":["node1/web1"]}""");

        Assert.Equal("Succeeded", Text(same.Json, "phase"));
        others.IsProblem(HttpStatusCode.Conflict, "targets-changed", "web2");
    }

    [Fact]
    public async Task Second_job_with_a_key_is_the_first_and_another_one_with_it_is_refused()
    {
        const string Body = """{"target":"web1","command":"guest-ping"}""";
        var key = Guid.NewGuid().ToString();

        var (first, second, other) = (await PostWithKeyAsync(key, Body), await PostWithKeyAsync(key, Body), await PostWithKeyAsync(key, """{"target":"web2","command":"guest-ping"}"""));

        Assert.Equal(Text(first.Json, "id"), Text(second.Json, "id"));
        other.IsProblem(HttpStatusCode.UnprocessableEntity, "idempotency-key-reused", key);
        (await PostWithKeyAsync(new string('k', 201), Body)).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "Idempotency-Key");
    }

    [Fact]
    public async Task Paused_job_begins_nothing_until_it_is_resumed()
    {
        fleet.Web1.AgentAnswers["guest-get-users"] = _ => _gate.Task;
        fleet.Web2.AgentAnswers["guest-get-users"] = _ => Task.FromResult("[]");
        var job = await fleet.StartJobAsync("""{"target":"web*","command":"guest-get-users","maxConcurrency":"1"}""");

        Assert.Equal("Paused", Text((await fleet.PostAsync($"v1/jobs/{job}:pause")).Json, "phase"));
        _gate.SetResult("[]");
        await TestKit.Eventually.TrueAsync(async () => (await InvocationsAsync(job, "")).Length == 1, Limit, "the first has ended");
        Assert.Equal(["web2 Queued"], await InvocationsAsync(job, "?phase=Queued"));

        await fleet.PostAsync($"v1/jobs/{job}:resume");
        await TestKit.Eventually.TrueAsync(async () => Text((await fleet.GetAsync($"v1/jobs/{job}")).Json, "phase") == "Succeeded", Limit, "the job has ended");
    }

    [Fact]
    public async Task Halted_job_skips_the_rest_and_its_retry_takes_only_what_is_named()
    {
        var halted = await fleet.PostAsync("v1/jobs", """{"target":"*","command":"guest-ping","canary":["1"],"maxUndelivered":"0"}""", prefer: "wait=30");
        var id = Text(halted.Json, "id");
        var retry = await fleet.PostAsync($"v1/jobs/{id}:retry", """{"only":["undelivered"]}""", prefer: "wait=30");

        Assert.Equal("Failed", Text(halted.Json, "phase"));
        Assert.Equal(["db1 Undelivered", "web1 Skipped", "web2 Skipped"], await InvocationsAsync(id, ""));
        Assert.Equal(["web1 Skipped", "web2 Skipped"], await InvocationsAsync(id, "?reason=ErrorBudget"));
        Assert.Equal((id, 1), (Text(retry.Json, "retryOf"), retry.Json.GetProperty("targets").GetInt32()));
        Assert.Equal(["db1 Undelivered"], await InvocationsAsync(Text(retry.Json, "id"), ""));
        (await fleet.PostAsync($"v1/jobs/{id}:retry", """{"only":["succeeded"]}""")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "only[0]");
    }

    [Theory]
    [InlineData("v1/jobs/none:retry", "job-not-found")]
    [InlineData("v1/freezes/none:extend", "freeze-not-found")]
    [InlineData("v1/controllers/none:replay", "controller-not-found")]
    [InlineData("v1/controllers/none:trigger", "controller-not-found")]
    public async Task What_has_only_options_in_its_body_may_have_none(string path, string code) => (await fleet.PostAsync(path)).IsProblem(HttpStatusCode.NotFound, code, "none");

    [Fact]
    public async Task Jobs_are_listed_by_page_and_filter_and_exported()
    {
        var first = Text((await fleet.PostAsync("v1/jobs", """{"target":"web1","command":"guest-get-time","comment":"CHG-1"}""", prefer: "wait=30")).Json, "id");
        var second = Text((await fleet.PostAsync("v1/jobs", """{"target":"web1","command":"guest-get-time"}""", prefer: "wait=30")).Json, "id");

        Assert.Equal([second], await ListAsync("?command=guest-get-time&limit=1"));
        Assert.Equal([first], await ListAsync($"?command=guest-get-time&limit=1&before={second}"));
        Assert.Empty(await ListAsync("?command=guest-get-time&phase=Running"));
        (await fleet.GetAsync("v1/jobs?limit=0")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "'limit' is '0'");
        (await fleet.GetAsync("v1/jobs?phase=Odd")).IsProblem(HttpStatusCode.BadRequest, "invalid-request", "phase");
        var export = await fleet.GetAsync($"v1/jobs/{first}/export");
        Assert.Equal(2, export.Lines.Length);
        Assert.Contains("\"comment\":\"CHG-1\"", export.Lines[0]);
        Assert.Contains("\"name\":\"web1\"", export.Lines[1]);
    }

    private async Task<string[]> ListAsync(string query) => [.. (await fleet.GetAsync($"v1/jobs{query}")).Json.GetProperty("items").EnumerateArray().Select(job => Text(job, "id"))];

    private async Task<string[]> InvocationsAsync(string job, string query) =>
        [.. (await fleet.GetAsync($"v1/jobs/{job}/invocations{query}")).Json.GetProperty("items").EnumerateArray().Select(item => $"{Text(item, "name")} {Text(item, "phase")}")];

    private async Task<ServedFleet.Answer> PostWithKeyAsync(string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/jobs") { Content = new StringContent(body, Encoding.UTF8, "application/json"), Headers = { { "Idempotency-Key", key } } };
        using var answer = await fleet.Node.Http.SendAsync(request);
        return new ServedFleet.Answer(answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, answer.Headers.Location?.ToString(), await answer.Content.ReadAsStringAsync());
    }

    private static string Text(JsonElement json, string member) => json.TryGetProperty(member, out var value) ? value.GetString()! : "";
}
