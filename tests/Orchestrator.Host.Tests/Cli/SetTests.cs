namespace Orchestrator.Host.Tests.Cli;

/// <summary><c>set</c>.</summary>
public sealed class SetTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _server.On("GET", "/v1/vms", $$"""{"items":[{{Samples.Vm("web10")}},{{Samples.Vm("web9")}},{{Samples.Vm("db1")}},{{Samples.Vm("db1")}}]}""");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("web[1-5] --local", "web[1-5]")]
    [InlineData("web[1-5]%20and%20not%20web[2-3] --local", "web[1,4-5]")]
    [InlineData("web[1-5]&web[4-9] --local", "web[4-5]")]
    [InlineData("web1 web2 db1 --local", "db1,web[1-2]")]
    [InlineData("web[08-11] -x *9 --local", "web[08,10-11]")]
    [InlineData("a -x b --local -f", "a")]
    [InlineData("'odd%20name' --local", "'odd name'")]
    public async Task Names_are_combined_without_a_server(string arguments, string expected)
    {
        var run = new CliRun();

        Assert.Equal(0, await run.RunAsync(["set", .. Words(arguments)]));
        Assert.Equal((expected + "\n", ""), (run.Out, run.Error));
    }

    [Theory]
    [InlineData("-e", "web1\nweb2\nweb10\n")]
    [InlineData("--expand", "web1\nweb2\nweb10\n")]
    [InlineData("-c", "3\n")]
    [InlineData("-f", "web[1-2,10]\n")]
    [InlineData("", "web[1-2,10]\n")]
    public async Task Names_are_listed_counted_or_folded(string option, string expected)
    {
        var run = new CliRun();

        Assert.Equal(0, await run.RunAsync(["set", "web[10,1-2]", "--local", .. Words(option)]));
        Assert.Equal(expected, run.Out);
    }

    [Fact]
    public async Task Names_come_from_standard_input_and_from_files()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "web2\n# no\nweb7\n");
        var run = new CliRun { Input = "web1\nweb2\n\nweb3\n" };

        Assert.Equal(0, await run.RunAsync("set", "-", "-x", "^" + file, "--local"));
        Assert.Equal("web[1,3]\n", run.Out);
        File.Delete(file);
    }

    [Fact]
    public async Task Server_says_which_vms_there_are()
    {
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("set", "l:role=web", "-x", "web1", "-e"));
        Assert.Equal("db1\nweb9\nweb10\n", run.Out);
        Assert.Equal("/v1/vms?target=l%3Arole%3Dweb%20and%20not%20web1", _server.Single("GET", "/v1/vms").PathAndQuery);
    }

    [Theory]
    [InlineData("web1 -x web1 --local", "", "leaves no name")]
    [InlineData("web1 -x web1 --local -c", "0\n", "leaves no name")]
    [InlineData("web* --local", "", "leaves no name")]
    [InlineData("- --local", "", "no targets")]
    public async Task No_name_left_is_exit_code_3(string arguments, string output, string expected)
    {
        var run = new CliRun();

        Assert.Equal(3, await run.RunAsync(["set", .. Words(arguments)]));
        Assert.Equal(output, run.Out);
        Assert.Contains(expected, run.Error);
    }

    [Theory]
    [InlineData("", "EXPR")]
    [InlineData("a -e -c", "give one of -e, -c and -f")]
    [InlineData("l:role --local", "--local knows names only")]
    [InlineData("web[1 --local", "range not finished")]
    [InlineData("web[0-999999] --local", "more than 100000 names")]
    public async Task Wrong_set_is_a_usage_error(string arguments, string expected)
    {
        var run = new CliRun();

        Assert.Equal(2, await run.RunAsync(["set", .. Words(arguments)]));
        Assert.Contains(expected, run.Error);
    }

    [Fact]
    public async Task Name_that_would_command_the_terminal_is_shown()
    {
        _server.On("GET", "/v1/vms", $$"""{"items":[{"name":"{{Samples.Hostile}}"}]}""");
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true };

        Assert.Equal(0, await run.RunAsync("set", "x", "-e"));
        Assert.StartsWith("\\x1b[2J", run.Out);
        Assert.Single(run.OutLines);
    }

    private static IEnumerable<string> Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString);
}
