using System.Text.Json;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

/// <summary><c>--diff</c>.</summary>
public sealed class DifferencesTests : IAsyncLifetime
{
    private FakeServer _server = null!;

    public async Task InitializeAsync() => _server = await FakeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Results_are_compared_with_those_of_the_largest_group()
    {
        WithPrograms();
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("run", "--all", "--diff", "--", "cat", "x"));
        Assert.Equal(
            """
            db1: Undelivered VmPaused: is paused
            --- web[1-2] (2)
            +++ web4
            @@ -1,2 +1,3 @@
            +Failed (exit 1)
             one
            -two
            +too
            --- web[1-2] (2)
            +++ web3
            @@ -1,2 +1 @@
             one
            -two
            web[1-2] (2): no difference

            """, run.Out);
    }

    [Fact]
    public async Task Results_are_compared_with_those_of_a_vm()
    {
        WithPrograms();
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("run", "--all", "--diff=web3", "--", "cat", "x"));
        Assert.Contains("--- web3\n+++ web[1-2] (2)\n@@ -1 +1,2 @@\n one\n+two\n", run.Out);
        Assert.EndsWith("web3: no difference\n", run.Out);
    }

    [Theory]
    [InlineData("web9", 2, "'web9' is none of the VMs")]
    [InlineData("db1", 1, "'db1' has no result (Undelivered VmPaused: is paused)")]
    public async Task Reference_without_a_result_is_an_error_behind_the_last_line(string reference, int code, string expected)
    {
        WithPrograms();
        var run = CliRun.Against(_server);

        Assert.Equal(code, await run.RunAsync("run", "--all", $"--diff={reference}", "--", "cat", "x"));
        Assert.Contains(expected, run.Error);
        Assert.Contains($"job {Samples.JobId} Partial", run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task Json_is_compared_without_what_varies()
    {
        _server.WithJobOf("guest-get-users", "Succeeded", User("a", "root", 1), User("b", "root", 2), User("c", "eve", 3));
        var run = CliRun.Against(_server);

        Assert.Equal(0, await run.RunAsync("ga", "--diff", "guest-get-users", "--all"));
        Assert.Contains("-    \"user\": \"root\"\n+    \"user\": \"eve\"\n", run.Out);
        Assert.EndsWith("a,b (2): no difference\n(not compared: [].login-time)\n", run.Out);
        Assert.Contains("guest-get-users", _server.Single("POST", "/v1/jobs").Body);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("yaml")]
    [InlineData("ndjson")]
    public async Task Differences_have_forms_for_programs(string format)
    {
        WithPrograms();
        var run = CliRun.Against(_server);

        Assert.Equal(4, await run.RunAsync("run", "--all", "--diff", "-o", format, "--", "cat", "x"));
        if (format == "yaml")
        {
            Assert.Contains("\ngroups:\n- vms: web4\n  count: 1\n", run.Out);
            return;
        }
        var groups = format == "json" ? JsonElement.Parse(run.Out).GetProperty("groups").EnumerateArray().ToArray() : [.. run.OutLines.Select(line => JsonElement.Parse(line))];
        Assert.Equal(["web4", "db1", "web[1-2]", "web3"], groups.Select(group => group.GetProperty("vms").GetString()));
        Assert.False(groups[1].TryGetProperty("diff", out _));
        Assert.True(groups[2].GetProperty("reference").GetBoolean());
        Assert.Equal("@@ -1,2 +1 @@\n one\n-two\n", groups[3].GetProperty("diff").GetString());
    }

    [Fact]
    public async Task Job_that_is_left_is_compared_with_what_has_come()
    {
        _server.OnHeldStream("POST", "/v1/jobs", Samples.JobLine("Running", 3), Samples.OutcomeLine(Samples.Program("a", 0, "x")), Samples.OutcomeLine(Samples.Program("b", 0, "x")));
        var run = new CliRun { Server = _server.SocketPath, ErrorIsTerminal = true, NoColor = true, Time = new TickingTime() };

        var running = run.RunAsync("run", "--all", "--diff=c", "--", "x");
        await run.ErrorWriter.Seen("2 of 3, 1 group");
        run.Interrupts.Raise();

        Assert.Equal(130, await running);
        Assert.Equal("a,b (2): no difference\n", run.Out);
    }

    [Fact]
    public async Task Nothing_that_succeeded_is_nothing_to_compare()
    {
        _server.WithJob("Partial", Samples.Ended("a", "Undelivered", "VmPaused"));
        var run = CliRun.Against(_server);

        Assert.Equal(5, await run.RunAsync("ping", "--all", "--diff"));
        Assert.Equal("a: Undelivered VmPaused: why\n", run.Out);
    }

    [Fact]
    public async Task Difference_is_coloured_on_a_terminal()
    {
        WithPrograms();
        var run = new CliRun { Server = _server.SocketPath, OutIsTerminal = true };

        await run.RunAsync("run", "--all", "--diff", "--", "x");
        Assert.Contains("\x1b[31m-two\x1b[0m", run.Out);
    }

    [Fact]
    public void Bare_option_leaves_the_next_word_alone() => Assert.Equal(
        ["ga", "--diff=*", "guest-ping", "--diff=web1", "--", "--diff"], OptionalValue.Bind(["ga", "--diff", "guest-ping", "--diff=web1", "--", "--diff"]));

    private void WithPrograms() => _server.WithJobOf(
        "run", "Partial", Samples.Program("web1", 0, "one\\ntwo\\n"), Samples.Program("web2", 0, "one\\ntwo\\n"), Samples.Program("web3", 0, "one\\n"), Samples.Program("web4", 1, "one\\ntoo\\n", "Failed"), Samples.Ended("db1", "Undelivered", "VmPaused", "is paused"));

    private static string User(string name, string user, int time) => Samples.Succeeded(name, $$"""[{"user":"{{user}}","login-time":{{time}}}]""");
}
