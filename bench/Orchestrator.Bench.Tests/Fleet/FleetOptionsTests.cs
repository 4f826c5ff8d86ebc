using Orchestrator.Bench.Fleet;

namespace Orchestrator.Bench.Tests.Fleet;

public class FleetOptionsTests
{
    [Fact]
    public void No_arguments_give_the_documented_defaults()
    {
        var options = FleetOptions.Parse([]);

        Assert.Equal((1000, 20, 200, 5, "guest-ping"), (options.Agents, options.Rounds, options.Warmup, options.Batches, options.Command));
        Assert.Equal(FleetOptions.AllClients, options.Clients);
        Assert.EndsWith("artifacts/orchestrator/orchestrator", options.Program);
        Assert.EndsWith("bench/results", options.Results);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = FleetOptions.Parse(
            ["--agents", "5000", "--rounds", "3", "--warmup", "0", "--batches", "2", "--command", "guest-info", "--program", "/p", "--results", "/r"]);

        Assert.Equal((5000, 3, 0, 2, "guest-info"), (options.Agents, options.Rounds, options.Warmup, options.Batches, options.Command));
        Assert.Equal(("/p", "/r"), (options.Program, options.Results));
    }

    [Fact]
    public void Guests_are_in_the_place_of_agents_and_want_more_rounds()
    {
        var options = FleetOptions.Parse(["--guests", "3"]);

        Assert.Equal((3, 3, 1000, 1000), (options.Guests, options.Agents, options.Rounds, options.Warmup));
        Assert.Equal(20, FleetOptions.Parse(["--rounds", "20", "--guests", "3"]).Rounds);
        Assert.Equal(0, FleetOptions.Parse([]).Guests);
    }

    [Fact]
    public void Guests_and_agents_exclude_each_other() =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => FleetOptions.Parse(["--agents", "3", "--guests", "3"])).ExitCode);

    [Fact]
    public void Peers_keep_the_order_of_turns() =>
        Assert.Equal(["c", "orchestrator"], FleetOptions.Parse(["--peers", "orchestrator, c"]).Clients);

    [Fact]
    public void One_shot_tools_are_measured_when_they_are_named() =>
        Assert.Equal(["c", "xargs", "clush"], FleetOptions.Parse(["--peers", "clush,xargs,c"]).Clients);

    [Theory]
    [InlineData("run-true", "xargs")]
    [InlineData("query-version", "c,pdsh")]
    public void One_shot_tools_send_one_command_to_an_agent(string command, string peers) =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => FleetOptions.Parse(["--command", command, "--peers", peers])).ExitCode);

    [Theory]
    [InlineData("--agents", "0")]
    [InlineData("--agents", "5001")]
    [InlineData("--agents", "many")]
    [InlineData("--agents", "-1")]
    [InlineData("--guests", "0")]
    [InlineData("--guests", "9")]
    [InlineData("--rounds", "0")]
    [InlineData("--warmup", "-1")]
    [InlineData("--batches", "0")]
    [InlineData("--peers", "c,java")]
    [InlineData("--peers", "")]
    [InlineData("--unknown", "1")]
    public void A_wrong_value_is_a_usage_error_that_names_the_option(string name, string value)
    {
        var error = Assert.Throws<BenchException>(() => FleetOptions.Parse([name, value]));

        Assert.Equal(BenchException.UsageError, error.ExitCode);
        Assert.StartsWith(name, error.Message);
    }

    [Theory]
    [InlineData("guest-shutdown")]
    [InlineData("guest-fsfreeze-freeze")]
    [InlineData("guest-exec")]
    [InlineData("guest-set-time")]
    public void A_command_that_would_change_this_machine_is_refused(string command) =>
        Assert.Throws<BenchException>(() => FleetOptions.Parse(["--command", command]));

    [Fact]
    public void An_option_without_its_value_is_refused() =>
        Assert.Throws<BenchException>(() => FleetOptions.Parse(["--agents"]));
}
