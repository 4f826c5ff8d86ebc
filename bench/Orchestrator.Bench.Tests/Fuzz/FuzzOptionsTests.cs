using Orchestrator.Bench.Fuzz;

namespace Orchestrator.Bench.Tests.Fuzz;

public class FuzzOptionsTests
{
    [Fact]
    public void Options_are_read()
    {
        var options = FuzzOptions.Parse(["--minutes", "60", "--seed", "17", "--results", "/tmp/findings"]);

        Assert.Equal((60, 17, "/tmp/findings"), (options.Minutes, options.Seed, options.Results));
        Assert.Equal(10, FuzzOptions.Parse([]).Minutes);
    }

    [Fact]
    public void Coverage_takes_no_value_and_stands_anywhere()
    {
        Assert.Equal((true, "frames", 2), Of("--coverage", "--target", "frames", "--minutes", "2"));
        Assert.Equal((true, "schemas", 10), Of("--target", "schemas", "--coverage"));
        Assert.Equal((false, null, 10), Of());

        static (bool, string?, int) Of(params string[] arguments)
        {
            var options = FuzzOptions.Parse(arguments);
            return (options.Coverage, options.Target, options.Minutes);
        }
    }

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "1441")]
    [InlineData("--seed", "-1")]
    [InlineData("--hours", "1")]
    [InlineData("--target", "actors")]
    [InlineData("--target", "--coverage")]
    [InlineData("--coverage", "--seed", "1")]
    public void Wrong_option_is_a_usage_error(params string[] arguments) =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => FuzzOptions.Parse(arguments)).ExitCode);
}
