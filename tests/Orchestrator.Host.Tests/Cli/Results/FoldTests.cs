namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary>Results of commands folded: what varies at every look does not keep VMs apart.</summary>
public sealed class FoldTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("-b")]
    [InlineData("-o fold")]
    public async Task Json_results_are_folded_without_what_varies(string option)
    {
        _server.WithJobOf("guest-get-fsinfo", "Succeeded", FileSystem("web2", 5, "ext4"), FileSystem("web1", 6, "ext4"), FileSystem("db1", 7, "xfs"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync(["ga", "guest-get-fsinfo", "--all", .. option.Split(' ')]));
        Assert.Equal(
            """
            ---------------
            web[1-2] (2)
            ---------------
            [
              {
                "type": "ext4"
              }
            ]
            (not compared: [].used-bytes)
            ---------------
            db1
            ---------------
            [
              {
                "used-bytes": 7,
                "type": "xfs"
              }
            ]

            """, run.Out);
    }

    [Fact]
    public async Task Members_asked_for_are_ignored_too()
    {
        _server.WithJobOf("query-name", "Succeeded", Samples.Succeeded("a", """{"name":"a","n":1}"""), Samples.Succeeded("b", """{"name":"b","n":1}"""));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("qmp", "query-name", "--all", "-b", "--ignore", "name", "--ignore", "x.y"));
        Assert.Contains("a,b (2)", run.Out);
        Assert.EndsWith("(not compared: name)\n", run.Out);
    }

    [Fact]
    public async Task Value_that_varies_as_a_whole_is_not_shown_for_many()
    {
        _server.WithJobOf("guest-get-time", "Succeeded", Samples.Succeeded("web1", "17"), Samples.Succeeded("web2", "18"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ga", "guest-get-time", "--all", "-b"));
        Assert.Equal(["---------------", "web[1-2] (2)", "---------------", "(not compared: the value)"], run.OutLines);
    }

    [Fact]
    public async Task Progress_shows_how_many_groups_there_are()
    {
        _server.OnHeldStream("POST", "/v1/jobs", Samples.JobLine("Running", 4), Samples.OutcomeLine(Samples.Program("a", 0, "x")), Samples.OutcomeLine(Samples.Program("b", 0, "x")), Samples.OutcomeLine(Samples.Program("c", 0, "y")));
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = true, NoColor = true, Time = new TickingTime() };

        var running = run.RunAsync("run", "--all", "--", "x");
        await run.ErrorWriter.Seen("3 of 4, 2 groups");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Contains("a,b (2)", run.Out);
    }

    [Theory]
    [InlineData("-b -o json", "either -b or another form")]
    [InlineData("--ignore a..b", "'a..b' is no member")]
    public async Task Options_that_make_no_sense_are_usage_errors(string options, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(["ping", "--all", .. options.Split(' ')]));
        Assert.Contains(expected, run.Error);
        Assert.Empty(_server.Requests);
    }

    private static string FileSystem(string name, int used, string type) => Samples.Succeeded(name, $$"""[{"used-bytes":{{used}},"type":"{{type}}"}]""");
}
