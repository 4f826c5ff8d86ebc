using System.Net;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Host.Tests.Api;

[Collection(nameof(ServedFleet))]
public sealed class JobEndpointsTests(ServedFleet fleet) : IDisposable
{
    private readonly TaskCompletionSource<string> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A command that only web2 answers late: when the test says so.</summary>
    private const string Gated = """{"target":"web*","command":"guest-get-users"}""";

    public void Dispose()
    {
        _gate.TrySetResult("[]");
        fleet.Web1.AgentAnswers.Clear();
        fleet.Web2.AgentAnswers.Clear();
    }

    [Fact]
    public async Task Job_is_accepted_with_its_place_and_shown_with_exactly_these_members()
    {
        HoldWeb2();
        var answer = await fleet.PostAsync("v1/jobs", Gated);

        Assert.Equal((HttpStatusCode.Accepted, "application/json"), (answer.Status, answer.MediaType));
        Assert.Equal($"/v1/jobs/{answer.Json.GetProperty("id").GetString()}", answer.Location);
        Assert.Equal("""{"id":"JOB","command":"guest-get-users","target":"web*","phase":"Running","targets":2,"counts":{},"reasons":{},"createdAt":"TIME","elapsedMs":0}""", answer.Masked);

        _gate.SetResult("[]");
        await fleet.GetAsync($"{answer.Location}/events");
        Assert.Equal(
            """{"id":"JOB","command":"guest-get-users","target":"web*","phase":"Succeeded","targets":2,"counts":{"Succeeded":2},"reasons":{},"createdAt":"TIME","endedAt":"TIME","elapsedMs":0}""",
            (await fleet.GetAsync(answer.Location!)).Masked);
    }

    [Fact]
    public async Task Stream_has_the_job_its_outcomes_and_the_ended_job()
    {
        var answer = await fleet.PostAsync("v1/jobs", """{"target":"*","command":"guest-ping"}""", accept: "application/x-ndjson");

        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (answer.Status, answer.MediaType));
        Assert.StartsWith("""{"job":{"id":"JOB","command":"guest-ping","target":"*","phase":"Running","targets":3""", ServedFleet.Answer.Mask(answer.Lines[0]));
        Assert.Equal(
            ["db1 Undelivered", "web1 Succeeded", "web2 Succeeded"],
            answer.Lines[1..^1].Select(line => JsonElement.Parse(line).GetProperty("outcome")).Select(outcome => $"{outcome.GetProperty("name").GetString()} {outcome.GetProperty("phase").GetString()}").Order());
        Assert.Contains("\"phase\":\"Partial\",\"targets\":3,\"counts\":{", answer.Lines[^1]);
        Assert.Contains("\"reasons\":{\"AgentAbsent\":1}", answer.Lines[^1]);
    }

    [Fact]
    public async Task Stream_as_server_sent_events_has_names_and_positions()
    {
        var answer = await fleet.PostAsync("v1/jobs", """{"target":"web1","command":"guest-ping"}""", accept: "text/event-stream");

        Assert.Equal("text/event-stream", answer.MediaType);
        var events = answer.Body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, events.Length);
        Assert.StartsWith("event: job\ndata: {\"job\":{", events[0]);
        Assert.StartsWith("event: outcome\nid: 1\ndata: {\"outcome\":{", events[1]);
        Assert.StartsWith("event: job\ndata: {\"job\":{", events[2]);
    }

    [Fact]
    public async Task Stream_of_an_ended_job_begins_with_its_first_outcome()
    {
        var first = await fleet.PostAsync("v1/jobs", """{"target":"web*","command":"guest-ping"}""", accept: "application/x-ndjson");
        var id = JsonElement.Parse(first.Lines[0]).GetProperty("job").GetProperty("id").GetString();

        var again = await fleet.GetAsync($"v1/jobs/{id}/events");
        Assert.Equal(first.Lines[1..], again.Lines[1..]);
        var invocations = await fleet.GetAsync($"v1/jobs/{id}/invocations");
        Assert.Equal(
            first.Lines[1..^1].Select(line => JsonElement.Parse(line).GetProperty("outcome").GetRawText()).Order(StringComparer.Ordinal),
            invocations.Json.GetProperty("items").EnumerateArray().Select(item => item.GetRawText()));
    }

    [Fact]
    public async Task Outcomes_are_streamed_before_the_job_has_ended()
    {
        HoldWeb2();
        var id = await fleet.StartJobAsync(Gated);
        using var reader = await fleet.OpenAsync($"v1/jobs/{id}/events");
        Assert.Contains("\"job\"", await reader.ReadLineAsync());
        Assert.Contains("\"name\":\"web1\"", await reader.ReadLineAsync());
        Assert.Single((await fleet.GetAsync($"v1/jobs/{id}/invocations")).Json.GetProperty("items").EnumerateArray());

        _gate.SetResult("[]");
        Assert.Contains("\"name\":\"web2\"", await reader.ReadLineAsync());
        Assert.Contains("\"phase\":\"Succeeded\"", await reader.ReadLineAsync());
        Assert.Null(await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Preferred_wait_answers_with_the_ended_job()
    {
        var answer = await fleet.PostAsync("v1/jobs", """{"target":"web*","command":"guest-ping"}""", prefer: "respond-async, wait=30");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("Succeeded", answer.Json.GetProperty("phase").GetString());
        Assert.NotNull(answer.Location);
    }

    [Theory]
    [InlineData("wait=0.05")]
    [InlineData("wait=0")]
    [InlineData("wait=soon")]
    [InlineData("wait=-1")]
    [InlineData("handling=lenient")]
    public async Task Preferred_wait_that_is_over_or_not_understood_answers_with_the_running_job(string prefer)
    {
        HoldWeb2();
        var answer = await fleet.PostAsync("v1/jobs", Gated, prefer: prefer);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("Running", answer.Json.GetProperty("phase").GetString());
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first()
    {
        var older = await fleet.StartJobAsync("""{"target":"db1","command":"query-name"}""");
        var newer = await fleet.StartJobAsync("""{"target":"db1","command":"query-name"}""");

        var ids = (await fleet.GetAsync("v1/jobs")).Json.GetProperty("items").EnumerateArray().Select(job => job.GetProperty("id").GetString()).ToList();
        Assert.Equal([newer, older], ids[..2]);
    }

    [Fact]
    public async Task Cancelled_job_ends_without_what_was_not_sent()
    {
        HoldWeb2();
        var holder = await fleet.StartJobAsync(Gated);
        var id = await fleet.StartJobAsync("""{"target":"web2","command":"guest-get-host-name"}""");

        var answer = await fleet.PostAsync($"v1/jobs/{id}:cancel");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var ended = (await fleet.GetAsync($"v1/jobs/{id}/events")).Lines[^1];
        Assert.Contains("\"phase\":\"Cancelled\",\"targets\":1,\"counts\":{\"Cancelled\":1}", ended);
        Assert.DoesNotContain(fleet.Web2.AgentCommands, command => command.Name == "guest-get-host-name");
        _gate.SetResult("[]");
        await fleet.GetAsync($"v1/jobs/{holder}/events");
    }

    [Fact]
    public async Task Job_that_is_not_there_cannot_be_cancelled() =>
        (await fleet.PostAsync("v1/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV:cancel")).IsProblem(HttpStatusCode.NotFound, "job-not-found", "there is no job");

    [Fact]
    public async Task Selector_without_a_match_is_refused_unless_that_is_wanted()
    {
        (await fleet.PostAsync("v1/jobs", """{"target":"nobody","command":"guest-ping"}""")).IsProblem(HttpStatusCode.UnprocessableEntity, "no-targets", "nobody");

        var empty = await fleet.PostAsync("v1/jobs", """{"target":"nobody","command":"guest-ping","allowEmpty":true}""", accept: "application/x-ndjson");
        Assert.Contains("\"phase\":\"Succeeded\",\"targets\":0", empty.Lines[^1]);
    }

    [Theory]
    [InlineData("", 400, "invalid-request", "the body is empty")]
    [InlineData("{", 400, "invalid-request", "the body is not as it should be, at $")]
    [InlineData("[]", 400, "invalid-request", "the body is not as it should be, at $")]
    [InlineData("null", 400, "invalid-request", "the body is empty")]
    [InlineData("{}", 400, "invalid-request", "'target' is missing")]
    [InlineData("""{"target":"*"}""", 400, "invalid-request", "exactly one of 'command', 'run' and 'migrate'")]
    [InlineData("""{"target":"*","command":"guest-ping","run":{"argv":["id"]}}""", 400, "invalid-request", "exactly one of 'command', 'run' and 'migrate'")]
    [InlineData("""{"target":"*","command":"guest-ping","tiemoutMs":1}""", 400, "invalid-request", "tiemoutMs")]
    [InlineData("""{"target":"web1","command":"guest-ping","target":"*"}""", 400, "invalid-request", "target")]
    [InlineData("""{"target":"*","command":"guest-file-open","arguments":{"path":"/a","path":"/b"}}""", 400, "invalid-request", "path")]
    [InlineData("""{"target":7,"command":"guest-ping"}""", 400, "invalid-request", "at $.target")]
    [InlineData("""{"target":"*","run":{"argv":["id",7]}}""", 400, "invalid-request", "at $.run.argv[1]")]
    [InlineData("""{"target":"*","run":{"argv":[]}}""", 400, "invalid-request", "'run.argv' must name a program")]
    [InlineData("""{"target":"*","run":{}}""", 400, "invalid-request", "'run.argv' must name a program")]
    [InlineData("""{"target":"*","run":{"argv":["id"],"input":"%"}}""", 400, "invalid-request", "'run.input' is not base64")]
    [InlineData("""{"target":"*","command":"guest-ping","timeoutMs":0}""", 400, "invalid-request", "between 1 and 86400000")]
    [InlineData("""{"target":"*","command":"guest-ping","timeoutMs":86400001}""", 400, "invalid-request", "between 1 and 86400000")]
    [InlineData("""{"target":"web[","command":"guest-ping"}""", 400, "invalid-selector", "")]
    [InlineData("""{"target":"*","command":"guest-nothing"}""", 404, "unknown-command", "GET /v1/schemas lists them")]
    [InlineData("""{"target":"*","command":"guest-file-open","arguments":{"path":1}}""", 422, "invalid-arguments", "path")]
    [InlineData("""{"target":"*","command":"query-status","arguments":[1]}""", 422, "invalid-arguments", "")]
    public async Task Job_that_cannot_be_started_is_a_problem(string body, int status, string code, string detail) =>
        (await fleet.PostAsync("v1/jobs", body)).IsProblem((HttpStatusCode)status, code, detail);

    [Fact]
    public async Task Program_is_started_with_its_environment_and_input_and_its_end_is_shown_exactly()
    {
        fleet.Web1.AgentAnswers["guest-exec"] = _ => Task.FromResult("""{"pid": 118}""");
        fleet.Web1.AgentAnswers["guest-exec-status"] = _ => Task.FromResult($$"""{"exited": true, "exitcode": 3, "out-data": "{{Base64("grün\n")}}", "err-data": "{{Convert.ToBase64String([0x61, 0xff])}}", "err-truncated": true}""");

        var answer = await fleet.PostAsync("v1/jobs", $$$"""{"target":"web1","run":{"argv":["uname","-a"],"env":["A=b"],"input":"{{{Base64("in")}}}"}}""", accept: "application/x-ndjson");

        Assert.Equal(
            """{"outcome":{"vm":"00000000-0000-4000-8000-000000000001","name":"web1","host":"node1","phase":"Failed","reason":"ExitNonZero","effect":"Applied","elapsedMs":0,"message":"exit code 3","exec":"""
            + """{"pid":118,"exitCode":3,"stdout":{"text":"grün\n","bytes":6,"truncated":false},"stderr":{"base64":"Yf8=","bytes":2,"truncated":true}}}}""",
            Unescaped(ServedFleet.Answer.Mask(answer.Lines[1])));
        var sent = fleet.Web1.AgentCommands.Last(command => command.Name == "guest-exec").Arguments;
        Assert.Equal("uname", sent.GetProperty("path").GetString());
        Assert.Equal(["-a"], sent.GetProperty("arg").EnumerateArray().Select(argument => argument.GetString()));
        Assert.Equal(["A=b"], sent.GetProperty("env").EnumerateArray().Select(variable => variable.GetString()));
        Assert.Equal(Base64("in"), sent.GetProperty("input-data").GetString());
        Assert.Equal("run", JsonElement.Parse(answer.Lines[0]).GetProperty("job").GetProperty("command").GetString());
    }

    [Fact]
    public async Task Program_that_a_signal_ended_has_the_signal_and_no_exit_code()
    {
        fleet.Web1.AgentAnswers["guest-exec"] = _ => Task.FromResult("""{"pid": 119}""");
        fleet.Web1.AgentAnswers["guest-exec-status"] = _ => Task.FromResult("""{"exited": true, "signal": 9}""");

        var answer = await fleet.PostAsync("v1/jobs", """{"target":"web1","run":{"argv":["sleep"]}}""", accept: "application/x-ndjson");
        var exec = JsonElement.Parse(answer.Lines[1]).GetProperty("outcome").GetProperty("exec");
        Assert.Equal("""{"pid":119,"signal":9,"stdout":{"text":"","bytes":0,"truncated":false},"stderr":{"text":"","bytes":0,"truncated":false}}""", exec.GetRawText());
    }

    [Fact]
    public async Task Guest_that_gives_a_pid_again_has_the_new_programs_end_told()
    {
        var code = 0;
        fleet.Web1.AgentAnswers["guest-exec"] = _ => Task.FromResult("""{"pid": 120}""");
        fleet.Web1.AgentAnswers["guest-exec-status"] = _ => Task.FromResult($$"""{"exited": true, "exitcode": {{++code}}}""");

        for (var run = 1; run <= 3; run++)
        {
            var answer = await fleet.PostAsync("v1/jobs", """{"target":"web1","run":{"argv":["true"]}}""", accept: "application/x-ndjson");
            Assert.Contains($"\"pid\":120,\"exitCode\":{run},", answer.Lines[1]);
        }
    }

    private void HoldWeb2()
    {
        fleet.Web1.AgentAnswers["guest-get-users"] = _ => Task.FromResult("[]");
        fleet.Web2.AgentAnswers["guest-get-users"] = _ => _gate.Task;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    // The default encoder writes what is not ASCII as \u….
    private static string Unescaped(string json) => json.Replace("\\u00FC", "ü", StringComparison.Ordinal);
}
