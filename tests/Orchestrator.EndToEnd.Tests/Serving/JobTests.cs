using System.Net;
using System.Text.Json;
using Orchestrator.TestKit.Processes;

namespace Orchestrator.EndToEnd.Tests.Serving;

/// <summary>A job's life as its callers see it: accepted, streamed, awaited, cancelled, listed.</summary>
public sealed class JobTests(PeersFixture peers) : IClassFixture<PeersFixture>
{
    private const string PingAll = """{"target":"*","command":"guest-ping"}""";

    [Fact]
    public async Task Accepted_job_has_a_place_where_it_can_be_followed_to_its_end()
    {
        var accepted = await peers.Api.PostAsync("/v1/jobs", PingAll);
        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Equal($"/v1/jobs/{accepted.Body.Text("id")}", accepted.Location);

        await using var stream = await peers.Api.OpenAsync($"{accepted.Location}/events");
        var lines = await stream.AllAsync();

        Assert.Equal(5, lines.Count);
        Assert.Equal(3, lines[1..4].Select(line => line.GetProperty("outcome").Succeeds().Text("name")).Distinct().Count());
        var ended = lines[4].GetProperty("job");
        Assert.Equal(("Succeeded", 3, 3), (ended.Text("phase"), ended.Number("targets"), ended.GetProperty("counts").Number("Succeeded")));
        Assert.Equal("Succeeded", (await peers.Api.GetAsync(accepted.Location!)).Body.Text("phase"));
        Assert.Equal(3, (await peers.Api.GetAsync($"{accepted.Location}/invocations")).Items().Length);
        Assert.Equal(accepted.Body.Text("id"), (await peers.Api.GetAsync("/v1/jobs")).Items()[0].Text("id"));
    }

    [Fact]
    public async Task Server_sent_events_name_and_number_what_they_carry()
    {
        var job = await peers.Api.PostAsync("/v1/jobs", PingAll, ("Prefer", "wait=30"));
        Assert.Equal(HttpStatusCode.OK, job.Status);

        await using var stream = await peers.Api.OpenAsync($"/v1/jobs/{job.Body.Text("id")}/events", "text/event-stream");
        var lines = new List<string>();
        while (await stream.LineAsync() is { } line)
            lines.Add(line);

        Assert.Equal(["event: job", "event: outcome", "event: outcome", "event: outcome", "event: job"], lines.Where(line => line.StartsWith("event:", StringComparison.Ordinal)));
        Assert.Equal(["id: 1", "id: 2", "id: 3"], lines.Where(line => line.StartsWith("id:", StringComparison.Ordinal)));
        Assert.All(lines.Where(line => line.StartsWith("data: ", StringComparison.Ordinal)), line => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(line[6..]).ValueKind));
    }

    [Fact]
    public async Task Wait_that_runs_out_answers_with_the_running_job_and_cancelling_takes_back_only_what_was_not_sent()
    {
        var agent = peers.Peers[0].Agent.Process;
        (await peers.Api.AgentAsync(PeersFixture.First, "guest-ping")).Succeeds();
        agent.Send(Signal.Stop);
        string sent, queued;
        try
        {
            sent = await SubmitAsync();
            queued = await SubmitAsync();
            var cancelled = await peers.Api.PostAsync($"/v1/jobs/{queued}:cancel");
            Assert.Equal(HttpStatusCode.OK, cancelled.Status);
            await using var stream = await peers.Api.OpenAsync($"/v1/jobs/{queued}/events");
            Assert.Equal("Cancelled", (await stream.AllAsync())[^1].GetProperty("job").Text("phase"));
            await peers.Api.PostAsync($"/v1/jobs/{sent}:cancel");
            Assert.Equal("Running", (await peers.Api.GetAsync($"/v1/jobs/{sent}")).Body.Text("phase"));
        }
        finally
        {
            agent.Send(Signal.Continue);
        }

        await using (var stream = await peers.Api.OpenAsync($"/v1/jobs/{sent}/events"))
            Assert.Equal("Succeeded", (await stream.AllAsync())[^1].GetProperty("job").Text("phase"));
        Assert.Single((await peers.Api.GetAsync($"/v1/jobs/{queued}/invocations")).Items()).Ends("Cancelled", effect: "None");

        async Task<string> SubmitAsync()
        {
            var job = await peers.Api.PostAsync("/v1/jobs", """{"target":"peer-0000","command":"guest-get-host-name","timeoutMs":120000}""", ("Prefer", "wait=0.2"));
            Assert.Equal((HttpStatusCode.Accepted, "Running"), (job.Status, job.Body.Text("phase")));
            return job.Body.Text("id")!;
        }
    }

    [Fact]
    public async Task Submission_that_accepts_a_stream_gets_the_jobs_stream_at_once()
    {
        var answer = await peers.Api.PostAsync("/v1/jobs", PingAll, ("Accept", "application/x-ndjson"));
        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();

        Assert.Equal((HttpStatusCode.OK, "application/x-ndjson"), (answer.Status, answer.MediaType));
        Assert.Equal(5, lines.Length);
        Assert.Equal("Succeeded", lines[^1].GetProperty("job").Text("phase"));
    }

    [Fact]
    public async Task Job_without_targets_ends_at_once_if_that_is_allowed()
    {
        var job = await peers.Api.PostAsync("/v1/jobs", """{"target":"nobody","command":"guest-ping","allowEmpty":true}""");

        Assert.Equal((0, "Succeeded"), (job.Body.Number("targets"), job.Body.Text("phase")));
    }

    [Fact]
    public async Task Client_starts_a_job_in_the_background_and_shows_it_later()
    {
        var start = await peers.Server.CliAsync("ping", "--all", "--async");
        var id = Assert.Single(start.Lines);
        var watch = await peers.Server.CliAsync("job", "watch", id);
        var get = await peers.Server.CliAsync("job", "get", id, "-o", "json");

        Assert.Equal((0, 0, 0), (start.ExitCode, watch.ExitCode, get.ExitCode));
        Assert.Contains(PeersFixture.Last, watch.Out);
        Assert.Contains("3 ok of 3", watch.Error);
        Assert.Contains(id, JsonElement.Parse(get.Out).GetRawText());
    }
}
