using Orchestrator.Bench.Micro;

namespace Orchestrator.Bench.Tests.Micro;

public class MicroOptionsTests
{
    [Fact]
    public void Options_are_read()
    {
        var options = MicroOptions.Parse(["--filter", "Decode", "--budget", "/tmp/budget.json", "--program", "/tmp/orchestrator", "--results", "/tmp/results"]);

        Assert.Equal(("Decode", "/tmp/budget.json", "/tmp/orchestrator", "/tmp/results"), (options.Filter, options.Budget, options.Program, options.Results));
        Assert.Equal("", MicroOptions.Parse([]).Filter);
    }

    [Theory]
    [InlineData("--filter")]
    [InlineData("--minutes", "1")]
    public void Wrong_option_is_a_usage_error(params string[] arguments) =>
        Assert.Equal(BenchException.UsageError, Assert.Throws<BenchException>(() => MicroOptions.Parse(arguments)).ExitCode);

    [Fact]
    public async Task Filter_that_fits_nothing_is_a_usage_error()
    {
        var options = new MicroOptions { Filter = "nothing of the kind" };

        Assert.Equal(BenchException.UsageError, (await Assert.ThrowsAsync<BenchException>(() => MicroCommand.RunAsync(options, TextWriter.Null, CancellationToken.None))).ExitCode);
    }
}
