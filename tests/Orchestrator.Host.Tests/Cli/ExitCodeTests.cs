namespace Orchestrator.Host.Tests.Cli;

public sealed class ExitCodeTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData(0, "Succeeded", "Succeeded", "Succeeded")]
    [InlineData(0, "Partial", "Succeeded", "Skipped")]
    [InlineData(4, "Partial", "Succeeded", "Failed")]
    [InlineData(4, "Partial", "Succeeded", "Refused")]
    [InlineData(4, "Partial", "Succeeded", "TimedOut")]
    [InlineData(4, "Partial", "Undelivered", "Failed")]
    [InlineData(5, "Partial", "Succeeded", "Undelivered")]
    [InlineData(6, "Partial", "Failed", "Unknown")]
    [InlineData(6, "Partial", "Undelivered", "Unknown")]
    [InlineData(6, "Cancelled", "Cancelled", "Unknown")]
    [InlineData(6, "Partial", "Succeeded", "PhaseOfALaterVersion")]
    [InlineData(7, "Failed", "Failed", "Skipped")]
    [InlineData(7, "Failed", "Undelivered", "Skipped")]
    [InlineData(6, "Failed", "Unknown", "Skipped")]
    [InlineData(5, "Expired", "Succeeded", "Skipped")]
    [InlineData(4, "Expired", "Failed", "Skipped")]
    [InlineData(8, "Cancelled", "Succeeded", "Cancelled")]
    [InlineData(8, "Cancelled", "Failed", "Cancelled")]
    [InlineData(8, "Cancelled", "Succeeded", "Succeeded")]
    public async Task Job_with_two_outcomes_gives_the_exit_code_of_the_worse(int expected, string job, string first, string second)
    {
        _server.WithJob(job, Samples.Ended("a", first, "R"), Samples.Ended("b", second, "R"));

        Assert.Equal(expected, await CliRun.Against(_server).RunAsync("ping", "--all"));
    }

    [Theory]
    [InlineData("no-targets", 422, 3)]
    [InlineData("invalid-request", 400, 2)]
    [InlineData("invalid-selector", 400, 2)]
    [InlineData("targets-changed", 409, 1)]
    [InlineData("invalid-arguments", 400, 2)]
    [InlineData("unknown-command", 400, 2)]
    [InlineData("too-many-jobs", 429, 1)]
    public async Task Problem_gives_its_detail_code_and_exit_code(string code, int status, int expected)
    {
        _server.OnProblem("POST", "/v1/jobs", status, code, "Do this next.");
        var run = CliRun.Against(_server);

        Assert.Equal(expected, await run.RunAsync("ping", "-t", "x"));
        Assert.Equal($"orchestrator: Do this next. ({code})\n", run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_named_with_the_way_to_start_one()
    {
        var run = new CliRun();

        Assert.Equal(1, await run.RunAsync("vm", "ls"));
        Assert.Contains("no server at unix:/nonexistent/orchestrator.sock: there is no such socket", run.Error);
        Assert.Contains("orchestrator serve --vm-dir DIR", run.Error);
    }

    [Fact]
    public async Task Socket_without_a_listener_is_told_apart_from_a_missing_one()
    {
        var path = _server.SocketPath;
        await _server.DisposeAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
            var run = new CliRun();

            Assert.Equal(1, await run.RunAsync("vm", "ls", "--server", $"unix:{path}"));
            Assert.Contains("nobody listens there", run.Error);
        }
        _server = await FakeServer.StartAsync();
    }

    [Fact]
    public async Task Answer_of_another_server_is_not_mistaken_for_a_problem()
    {
        _server.On("GET", "/v1/vms", "<html>nginx</html>", 502, "text/html");
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("vm", "ls"));
        Assert.Contains("HTTP 502", run.Error);
        Assert.Contains("is it an Orchestrator server?", run.Error);
    }

    [Fact]
    public async Task Stream_that_ends_before_the_job_names_the_job_and_shows_what_came()
    {
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 2), Samples.OutcomeLine(Samples.Succeeded("web01")));
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("ping", "--all"));
        Assert.Contains("web01", run.Out);
        Assert.Contains($"orchestrator job watch {Samples.JobId}", run.Error);
    }

    [Fact]
    public async Task Target_that_never_got_its_outcome_counts_as_unknown()
    {
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 2), Samples.OutcomeLine(Samples.Succeeded("a")), Samples.JobLine("Succeeded", 2))
            .On("GET", $"/v1/jobs/{Samples.JobId}/invocations", $$"""{"items":[{{Samples.Succeeded("a")}}]}""");
        var run = CliRun.Against(_server);

        Assert.Equal(6, await run.RunAsync("ping", "--all"));
        Assert.Contains("1 ok, 1 WITHOUT OUTCOME of 2", run.Error);
    }

    [Theory]
    [InlineData("{\"job\":", "not JSON")]
    [InlineData("hello", "not JSON")]
    public async Task Stream_with_a_broken_line_is_an_error(string line, string expected)
    {
        _server.OnStream("POST", "/v1/jobs", Samples.JobLine("Running", 1), line);
        var run = CliRun.Against(_server);

        Assert.Equal(1, await run.RunAsync("ping", "--all"));
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public async Task Run_with_maxrc_exits_with_the_highest_code_of_any_program()
    {
        _server.WithJob("Partial", Samples.Program("a", 3, "x", "Failed"), Samples.Program("b", 42, "x", "Failed"), Samples.Program("c", 0, "x"));

        Assert.Equal(42, await CliRun.Against(_server).RunAsync("run", "-S", "--all", "--", "false"));
        Assert.Equal(4, await CliRun.Against(_server).RunAsync("run", "--all", "--", "false"));
    }

    [Fact]
    public async Task Run_with_maxrc_does_not_hide_a_target_without_a_code()
    {
        _server.WithJob("Partial", Samples.Program("a", 0, "x"), Samples.Ended("b", "Unknown", "ReplyLost"));

        Assert.Equal(6, await CliRun.Against(_server).RunAsync("run", "-S", "--all", "--", "true"));
    }

    [Fact]
    public async Task Signal_counts_as_a_shell_would_count_it()
    {
        _server.WithJob("Partial", """{"name":"a","host":"n","phase":"Failed","reason":"Signaled","effect":"Applied","exec":{"pid":1,"signal":9}}""");

        Assert.Equal(137, await CliRun.Against(_server).RunAsync("run", "-S", "--all", "--", "x"));
    }
}
