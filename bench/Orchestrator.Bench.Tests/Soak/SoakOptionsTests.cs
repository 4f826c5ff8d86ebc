using Orchestrator.Bench.Soak;

namespace Orchestrator.Bench.Tests.Soak;

public class SoakOptionsTests
{
    [Fact]
    public void Options_are_read()
    {
        var options = SoakOptions.Parse(["--minutes", "240", "--vms", "10", "--churn", "20", "--program", "/tmp/orchestrator", "--results", "/tmp/results"]);

        Assert.Equal((240, 10, 20, "/tmp/orchestrator", "/tmp/results", false), (options.Minutes, options.Vms, options.Churn, options.Program, options.Results, options.Quick));
        Assert.Equal(20, SoakOptions.Parse([]).Minutes);
    }

    [Fact]
    public void Quick_takes_no_value_and_is_two_minutes()
    {
        var options = SoakOptions.Parse(["--quick", "--vms", "10"]);

        Assert.Equal((true, 2, 10), (options.Quick, options.Minutes, options.Vms));
    }

    [Theory]
    [InlineData("--minutes")]
    [InlineData("--minutes", "1")]
    [InlineData("--vms", "0")]
    [InlineData("--churn", "20001")]
    [InlineData("--hours", "4")]
    public void Wrong_option_is_a_usage_error(params string[] arguments) =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => SoakOptions.Parse(arguments)).ExitCode);
}
