using System.Text.Json;

namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary><c>--agg</c>.</summary>
public sealed class AggregationTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Values_are_counted_behind_what_gave_none()
    {
        WithSystems();
        var run = CliRun.Against(_server);

        Assert.Equal(5, await run.RunAsync("ga", "guest-get-osinfo", "--all", "--agg", "name"));
        Assert.Equal(
            """
            COUNT  VMS          VALUE
            2      a,b          Undelivered AgentAbsent
            1      c            Undelivered VmPaused
            1      odd          (no name)
            3      web[1-2,10]  Debian 12
            1      db1          {"x":1}

            """, run.Out);
        Assert.Contains("5 ok, 3 undelivered", run.Error);
    }

    [Fact]
    public async Task Numbers_have_their_least_average_and_greatest()
    {
        _server.WithJobOf("guest-get-load", "Succeeded", Samples.Succeeded("web1", """{"load1m":0.25}"""), Samples.Succeeded("web2", """{"load1m":3.5}"""), Samples.Succeeded("web3", """{"load1m":0.25}"""));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ga", "guest-get-load", "--all", "--agg", "load1m"));
        Assert.Equal("2      web[1,3]  0.25", run.OutLines[1]);
        Assert.Equal("min 0.25 (web1), avg 1.333, max 3.5 (web2) of 3 numbers", run.OutLines[^1]);
    }

    [Fact]
    public async Task Vm_counts_once_for_a_value_that_it_has_often()
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a", """[{"t":"ext4"},{"t":"ext4"},{"t":"vfat"}]"""), Samples.Succeeded("b", """[{"t":"ext4"}]"""), Samples.Succeeded("c", "[]"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ga", "guest-get-fsinfo", "--all", "--agg", "[].t"));
        Assert.Equal(["COUNT  VMS  VALUE", "1      c    (no [].t)", "2      a,b  ext4", "1      a    vfat"], run.OutLines);
    }

    [Fact]
    public async Task Program_is_counted_by_what_it_wrote()
    {
        _server.WithJobOf("run", "Partial", Samples.Program("a", 0, "6.1\\n"), Samples.Program("b", 0, "6.1"), Samples.Program("c", 0, "6 \\n1\\n"), Samples.Program("d", 2, "6.1\\n", "Failed"));
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("run", "--all", "--agg", ".", "--", "uname", "-r"));
        Assert.Equal(["COUNT  VMS  VALUE", "1      d    Failed", "2      a,b  6.1", "1      c    6 \\n1", "min 6.1 (a), avg 6.1, max 6.1 (a) of 2 numbers"], run.OutLines);
    }

    [Fact]
    public async Task Program_that_writes_json_has_members()
    {
        _server.WithJobOf("run", "Succeeded", Samples.Program("a", 0, """{\"v\":[7]}"""), Samples.Program("b", 0, "none"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("run", "--all", "--agg", "v[0]", "--", "x"));
        Assert.Equal(["1      b    (no v[0])", "1      a    7"], run.OutLines[1..3]);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("ndjson")]
    public async Task Counts_have_forms_for_programs(string format)
    {
        WithSystems();
        var run = CliRun.Against(_server);

        Assert.Equal(5, await run.RunAsync("ga", "guest-get-osinfo", "--all", "--agg", "name", "-o", format));
        if (format == "yaml")
        {
            Assert.Contains("- vms: \"web[1-2,10]\"\n  count: 3\n", run.Out);
            return;
        }
        var groups = format == "json" ? JsonElement.Parse(run.Out).GetProperty("groups").EnumerateArray().ToArray() : [.. run.OutLines.Select(line => JsonElement.Parse(line))];
        Assert.Equal([2, 1, 1, 3, 1], groups.Select(group => group.GetProperty("count").GetInt32()));
        Assert.Equal("AgentAbsent", groups[0].GetProperty("reason").GetString());
        Assert.False(groups[2].TryGetProperty("value", out _));
        Assert.Equal("Debian 12", groups[3].GetProperty("value").GetString());
        if (format == "json")
            Assert.Equal("name", JsonElement.Parse(run.Out).GetProperty("member").GetString());
    }

    [Fact]
    public async Task Numbers_of_a_document_are_numbers()
    {
        _server.WithJob("Succeeded", Samples.Succeeded("a", "4"), Samples.Succeeded("b", "6"));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("qmp", "x", "--all", "--agg", ".", "-o", "json"));
        Assert.Equal("""{"count":2,"min":4,"avg":5,"max":6}""", JsonElement.Parse(run.Out).GetProperty("numbers").GetRawText().Replace(" ", "").Replace("\n", ""));
    }

    [Theory]
    [InlineData("--agg a..b", "'a..b' is no member")]
    [InlineData("--agg a --diff=b", "either --diff or --agg")]
    public async Task Options_that_make_no_sense_are_usage_errors(string options, string expected)
    {
        var run = CliRun.Against(_server);

        Assert.Equal(2, await run.RunAsync(["ping", "--all", .. options.Split(' ')]));
        Assert.Contains(expected, run.Error);
        Assert.Empty(_server.Requests);
    }

    private void WithSystems() => _server.WithJobOf(
        "guest-get-osinfo",
        "Partial",
        Samples.Succeeded("web10", """{"name":"Debian 12"}"""),
        Samples.Succeeded("web2", """{"name":"Debian 12"}"""),
        Samples.Succeeded("web1", """{"name":"Debian 12"}"""),
        Samples.Succeeded("db1", """{"name":{"x":1}}"""),
        Samples.Succeeded("odd"),
        Samples.Ended("a", "Undelivered", "AgentAbsent"),
        Samples.Ended("b", "Undelivered", "AgentAbsent", "other words"),
        Samples.Ended("c", "Undelivered", "VmPaused"));
}
