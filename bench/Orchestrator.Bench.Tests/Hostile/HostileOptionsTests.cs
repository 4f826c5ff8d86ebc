using Orchestrator.Bench.Hostile;

namespace Orchestrator.Bench.Tests.Hostile;

public class HostileOptionsTests
{
    [Fact]
    public void No_arguments_give_the_documented_defaults()
    {
        var options = HostileOptions.Parse([]);

        Assert.Equal((50, 100, 10, 20, 7), (options.Agents, options.Rounds, options.Calls, options.Warmup, options.Batches));
        Assert.Equal(["endless", "replies", "nesting", "trickle"], options.Modes);
        Assert.EndsWith("artifacts/orchestrator/orchestrator", options.Program);
        Assert.EndsWith("bench/results", options.Results);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = HostileOptions.Parse(
            ["--agents", "1000", "--rounds", "3", "--calls", "4", "--warmup", "0", "--batches", "2", "--program", "/p", "--results", "/r"]);

        Assert.Equal((1000, 3, 4, 0, 2), (options.Agents, options.Rounds, options.Calls, options.Warmup, options.Batches));
        Assert.Equal(("/p", "/r"), (options.Program, options.Results));
    }

    [Fact]
    public void Modes_keep_the_order_of_measuring() =>
        Assert.Equal(["replies", "trickle"], HostileOptions.Parse(["--modes", "trickle, replies"]).Modes);

    [Theory]
    [InlineData("--agents", "0")]
    [InlineData("--agents", "1001")]
    [InlineData("--rounds", "-1")]
    [InlineData("--calls", "0")]
    [InlineData("--warmup", "-1")]
    [InlineData("--batches", "many")]
    [InlineData("--modes", "endless,polite")]
    [InlineData("--modes", "")]
    [InlineData("--unknown", "1")]
    public void A_wrong_value_is_a_usage_error_that_names_the_option(string name, string value)
    {
        var error = Assert.Throws<BenchException>(() => HostileOptions.Parse([name, value]));

        Assert.Equal(BenchException.UsageError, error.ExitCode);
        Assert.StartsWith(name, error.Message);
    }

    [Fact]
    public void An_option_without_its_value_is_refused() =>
        Assert.Throws<BenchException>(() => HostileOptions.Parse(["--agents"]));
}
