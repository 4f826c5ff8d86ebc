using Orchestrator.Bench.Single;

namespace Orchestrator.Bench.Tests.Single;

public class SingleOptionsTests
{
    [Fact]
    public void No_arguments_give_the_documented_defaults()
    {
        var options = SingleOptions.Parse([]);

        Assert.Equal((10, 1000, 12000, 5), (options.Agents, options.Rounds, options.Warmup, options.Batches));
        Assert.EndsWith("artifacts/orchestrator/orchestrator", options.Program);
        Assert.EndsWith("bench/results", options.Results);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = SingleOptions.Parse(["--agents", "1000", "--rounds", "3", "--warmup", "0", "--batches", "2", "--program", "/p", "--results", "/r"]);

        Assert.Equal((1000, 3, 0, 2), (options.Agents, options.Rounds, options.Warmup, options.Batches));
        Assert.Equal(("/p", "/r"), (options.Program, options.Results));
    }

    [Theory]
    [InlineData("--agents", "0")]
    [InlineData("--agents", "1001")]
    [InlineData("--rounds", "0")]
    [InlineData("--warmup", "-1")]
    [InlineData("--batches", "many")]
    [InlineData("--unknown", "1")]
    public void A_wrong_value_is_a_usage_error_that_names_the_option(string name, string value)
    {
        var error = Assert.Throws<BenchException>(() => SingleOptions.Parse([name, value]));

        Assert.Equal(BenchException.UsageError, error.ExitCode);
        Assert.StartsWith(name, error.Message);
    }

    [Fact]
    public void An_option_without_its_value_is_refused() =>
        Assert.Throws<BenchException>(() => SingleOptions.Parse(["--agents"]));
}
