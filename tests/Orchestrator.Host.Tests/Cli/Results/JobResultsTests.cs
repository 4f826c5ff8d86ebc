namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary><c>job results</c>, <c>job get</c> and <c>job wait</c> over a job that is there.</summary>
public sealed class JobResultsTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.WithEndedJob("J", "run", "Partial", Samples.Program("web1", 0, "x\\n"), Samples.Program("web2", 0, "x\\n"), Samples.Program("web3", 7, "y\\n", "Failed"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Results_are_folded_and_the_exit_code_is_the_jobs()
    {
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "results", "J"));
        Assert.Contains("web[1-2] (2)\n", run.Out);
        Assert.Equal("job J Partial: 2 ok, 1 failed of 3 in 412 ms\n", run.Error);
    }

    [Theory]
    [InlineData("-S", 7)]
    [InlineData("-q", 4)]
    public async Task Options_of_run_are_there(string option, int expected) => Assert.Equal(expected, await CliRun.Against(_server).RunAsync("job", "results", "J", option));

    [Theory]
    [InlineData("get", 0)]
    [InlineData("results", 4)]
    public async Task Differences_and_counts_are_there(string verb, int code)
    {
        var (difference, counts) = (CliRun.Against(_server), CliRun.Against(_server));

        Assert.Equal(code, await difference.RunAsync("job", verb, "J", "--diff"));
        Assert.Equal(code, await counts.RunAsync("job", verb, "J", "--agg", "."));
        Assert.Contains("--- web[1-2] (2)\n+++ web3\n", difference.Out);
        Assert.Contains("2      web[1-2]  x\n", counts.Out);
    }

    [Fact]
    public async Task Job_that_runs_shows_what_has_come()
    {
        _server.On("GET", "/v1/jobs/J", Samples.Job("Running", 9, id: "J"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("job", "results", "J", "-o", "ndjson"));
        Assert.Equal(3, run.OutLines.Length);
        Assert.Contains("job J Running: 2 ok, 1 failed of 9", run.Error);
    }

    [Fact]
    public async Task Wait_shows_the_last_line_only_and_has_the_jobs_exit_code()
    {
        _server.OnStream("GET", "/v1/jobs/J/events", Samples.JobLine("Running", 1), Samples.OutcomeLine(Samples.Ended("a", "Undelivered", "VmPaused")), Samples.JobLine("Partial", 1));
        var run = CliRun.Against(_server);

        Assert.Equal(5, await run.RunAsync("job", "wait", "J"));
        Assert.Equal("", run.Out);
        Assert.Equal($"job {Samples.JobId} Partial: 1 undelivered (1 VmPaused) of 1 in 412 ms\n", run.Error);
    }

    [Fact]
    public async Task Wait_that_runs_out_leaves_the_job()
    {
        _server.OnHeldStream("GET", "/v1/jobs/J/events", Samples.JobLine("Running", 2), Samples.OutcomeLine(Samples.Succeeded("a")));
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = true, NoColor = true, Time = new TickingTime() };

        var running = run.RunAsync("job", "wait", "J", "--wait", "24h");
        await run.ErrorWriter.Seen("1 of 2");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Job_that_is_not_there_is_an_error()
    {
        _server.OnProblem("GET", "/v1/jobs/X", 404, "job-not-found", "There is no job X.");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("job", "results", "X"));
        Assert.Contains("There is no job X.", run.Error);
    }
}
