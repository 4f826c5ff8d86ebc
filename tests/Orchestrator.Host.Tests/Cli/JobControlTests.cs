using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli;

/// <summary><c>job pause</c> and its like.</summary>
public sealed class JobControlTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("pause", "Paused")]
    [InlineData("resume", "Running")]
    [InlineData("cancel", "Cancelled")]
    public async Task Job_is_changed_and_shown_as_it_stands(string verb, string phase)
    {
        _server.On("POST", $"/v1/jobs/J:{verb}", Samples.Job(phase, 3, counts: """{"Succeeded":2}"""));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", verb, "J"));
        Assert.Equal($"job {Samples.JobId} {phase}: 2 of 3 have their outcome\n", run.Out);
    }

    [Theory]
    [InlineData("", "{}")]
    [InlineData("--only undelivered", """{"only":["undelivered"]}""")]
    [InlineData("--only failed,unknown --only timedOut", """{"only":["failed","unknown","timedOut"]}""")]
    public async Task Retry_is_a_job_that_is_followed(string options, string body)
    {
        _server.OnStream("POST", "/v1/jobs/J:retry", Samples.JobLine("Running", 1), Samples.OutcomeLine(Samples.Ended("a", "Failed", "ExitNonZero")), Samples.JobLine("Partial", 1));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync(["job", "retry", "J", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));

        Assert.Equal(body, _server.Single("POST", "/v1/jobs/J:retry").Body);
        Assert.Contains("1 failed of 1", run.Error);
    }

    [Fact]
    public async Task Retry_of_what_cannot_be_retried_names_what_can()
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync("job", "retry", "J", "--only", "failed,succeeded"));
        Assert.Contains("--only: 'succeeded' is not one of undelivered, failed, unknown, refused, timedOut", run.Error);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task Export_is_the_servers_lines()
    {
        string[] lines = [Samples.JobLine("Partial", 1), Samples.OutcomeLine(Samples.Succeeded("a"))];
        _server.OnStream("GET", "/v1/jobs/J/export", lines);
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "export", "J"));
        Assert.Equal(lines.Select(line => JsonElement.Parse(line).ToString()), run.OutLines.Select(line => JsonElement.Parse(line).ToString()));
    }

    [Fact]
    public async Task Jobs_are_filtered_by_the_server()
    {
        _server.On("GET", "/v1/jobs", """{"items":[]}""");

        Assert.Equal(0, await CliRun.Against(_server).RunAsync("job", "ls", "--phase", "Partial", "--command", "run", "--since", "2026-01-01T00:00:00Z", "--before", "J", "--limit", "5"));

        Assert.Equal("/v1/jobs?phase=Partial&command=run&since=2026-01-01T00%3A00%3A00Z&before=J&limit=5", Assert.Single(_server.Requests).PathAndQuery);
    }

    [Fact]
    public async Task Paused_job_has_not_ended()
    {
        _server.OnStream("GET", "/v1/jobs/J/events", Samples.JobLine("Paused", 1), Samples.OutcomeLine(Samples.Succeeded("a")), Samples.JobLine("Succeeded", 1));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "wait", "J"));
        Assert.Contains("Succeeded: 1 ok of 1", run.Error);
    }
}
