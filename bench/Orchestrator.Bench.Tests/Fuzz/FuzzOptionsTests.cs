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

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "1441")]
    [InlineData("--seed", "-1")]
    [InlineData("--hours", "1")]
    public void Wrong_option_is_a_usage_error(params string[] arguments) =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => FuzzOptions.Parse(arguments)).ExitCode);
}
