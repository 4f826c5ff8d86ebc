using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary><c>job diff</c>.</summary>
public sealed class JobDifferenceTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Outcomes_are_compared_vm_by_vm()
    {
        WithTwoJobs();
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "diff", "NEW", "OLD"));
        Assert.Equal(
            """
            lost: Succeeded -> Unknown ReplyLost
            db[1-2] (2): Succeeded -> Undelivered VmPaused
            web[1-2] (2): Succeeded, another result
            --- web[1-2] (2) OLD
            +++ web[1-2] (2) NEW
            @@ -1,3 +1,3 @@
             {
            -  "v": 1
            +  "v": 2
             }
            back: Undelivered AgentAbsent -> Succeeded
            fresh: no target of OLD -> Succeeded
            gone: Succeeded -> no target of NEW
            1 VM as before

            """, run.Out);
        Assert.Equal("job NEW (guest-x *, 2026-01-01T00:00:00Z) against OLD (guest-x *, 2026-01-01T00:00:00Z)\n", run.Error);
    }

    [Fact]
    public async Task Job_before_it_of_the_same_command_and_target_is_the_default()
    {
        WithTwoJobs();
        var (other, elsewhere, old) = (Samples.Job("Succeeded", 1, id: "OTHER"), Samples.Job("Succeeded", 1, command: "guest-x", id: "ELSE").Replace("\"*\"", "\"web\""), Samples.Job("Succeeded", 1, command: "guest-x", id: "OLD"));
        _server.On("GET", "/v1/jobs", $$"""{"items":[{{old.Replace("OLD", "NEWER")}},{{old.Replace("OLD", "NEW")}},{{other}},{{elsewhere}},{{old}},{{old.Replace("OLD", "OLDER")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "diff", "NEW"));
        Assert.Contains("against OLD", run.Error);
    }

    [Fact]
    public async Task No_job_to_compare_with_is_an_error_that_says_where_to_look()
    {
        WithTwoJobs();
        _server.On("GET", "/v1/jobs", $$"""{"items":[{{Samples.Job("Succeeded", 1, command: "guest-x", id: "NEW")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("job", "diff", "NEW"));
        Assert.Contains("no job before NEW has the command 'guest-x' and the target '*'", run.Error);
    }

    [Fact]
    public async Task Equal_jobs_have_exit_code_0()
    {
        _server.WithEndedJob("A", "run", "Succeeded", Samples.Program("a", 0, "x")).WithEndedJob("B", "run", "Succeeded", Samples.Program("a", 0, "x"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("job", "diff", "A", "B", "-q"));
        Assert.Equal(("1 VM as before\n", ""), (run.Out, run.Error));
    }

    [Fact]
    public async Task What_varies_and_messages_do_not_count()
    {
        _server.WithEndedJob("A", "guest-get-users", "Partial", Samples.Succeeded("a", """[{"login-time":1,"x":1}]"""), Samples.Ended("b", "Failed", "X", "pid 1"))
            .WithEndedJob("B", "guest-get-users", "Partial", Samples.Succeeded("a", """[{"login-time":2,"x":2}]"""), Samples.Ended("b", "Failed", "X", "pid 2"));

        Assert.Equal(4, await CliRun.Against(_server).RunAsync("job", "diff", "A", "B"));
        Assert.Equal(0, await CliRun.Against(_server).RunAsync("job", "diff", "A", "B", "--ignore", "x"));
    }

    [Fact]
    public async Task Exit_code_of_a_program_and_its_output_are_compared()
    {
        _server.WithEndedJob("A", "run", "Partial", Samples.Program("a", 2, "no\\n", "Failed")).WithEndedJob("B", "run", "Partial", Samples.Program("a", 1, "yes\\n", "Failed"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "diff", "A", "B"));
        Assert.StartsWith("a: Failed (exit 1) -> Failed (exit 2)\n--- a B\n+++ a A\n@@ -1 +1 @@\n-yes\n+no\n", run.Out);
    }

    [Fact]
    public async Task Job_that_still_runs_is_named()
    {
        WithTwoJobs();
        _server.On("GET", "/v1/jobs/NEW", Samples.Job("Running", 9, command: "guest-x", id: "NEW"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "diff", "NEW", "OLD"));
        Assert.Contains("job NEW still runs", run.Error);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("ndjson")]
    public async Task Difference_has_forms_for_programs(string format)
    {
        WithTwoJobs();
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "diff", "NEW", "OLD", "-o", format));
        if (format == "yaml")
        {
            Assert.Contains("\nchanges:\n- vms: lost\n", run.Out);
            return;
        }
        var changes = format == "json" ? JsonElement.Parse(run.Out).GetProperty("changes").EnumerateArray().ToArray() : [.. run.OutLines.Select(line => JsonElement.Parse(line))];
        Assert.Equal(["lost", "db[1-2]", "web[1-2]", "back", "fresh", "gone"], changes.Select(change => change.GetProperty("vms").GetString()));
        Assert.Equal("Undelivered VmPaused", changes[1].GetProperty("now").GetString());
        Assert.Contains("+  \"v\": 2\n", changes[2].GetProperty("diff").GetString());
        Assert.False(changes[4].TryGetProperty("was", out _));
        if (format == "json")
            Assert.Equal(("NEW", "OLD", 1), (JsonElement.Parse(run.Out).GetProperty("job").GetProperty("id").GetString(), JsonElement.Parse(run.Out).GetProperty("other").GetProperty("id").GetString(), JsonElement.Parse(run.Out).GetProperty("same").GetInt32()));
    }

    private void WithTwoJobs() => _server
        .WithEndedJob("OLD", "guest-x", "Partial", Ok("web1", 1), Ok("web2", 1), Ok("db1", 1), Ok("db2", 1), Ok("lost", 1), Samples.Ended("back", "Undelivered", "AgentAbsent"), Ok("gone", 1), Ok("same", 1))
        .WithEndedJob("NEW", "guest-x", "Partial", Ok("web1", 2), Ok("web2", 2), Samples.Ended("db1", "Undelivered", "VmPaused"), Samples.Ended("db2", "Undelivered", "VmPaused"), Samples.Ended("lost", "Unknown", "ReplyLost"), Ok("back", 1), Ok("fresh", 1), Ok("same", 1));

    private static string Ok(string name, int value) => Samples.Succeeded(name, $$"""{"v":{{value}}}""");
}
