using Orchestrator.Bench.Migrate;

namespace Orchestrator.Bench.Tests.Migrate;

public class MigrateOptionsTests
{
    [Fact]
    public void No_arguments_give_the_documented_defaults()
    {
        var options = MigrateOptions.Parse([]);

        Assert.Equal((100, 1, 128, 2), (options.Migrations, options.Nodes, options.MemoryMiB, options.Subscribers));
        Assert.Equal(["followed", "driven"], options.Modes);
        Assert.EndsWith("artifacts/orchestrator/orchestrator", options.Program);
        Assert.EndsWith("bench/results", options.Results);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = MigrateOptions.Parse(
            ["--quick", "--migrations", "8", "--nodes", "2", "--modes", "driven, followed", "--memory", "256", "--subscribers", "3", "--program", "/p", "--results", "/r"]);

        Assert.Equal((8, 2, 256, 3, "/p", "/r"), (options.Migrations, options.Nodes, options.MemoryMiB, options.Subscribers, options.Program, options.Results));
        Assert.Equal(["followed", "driven"], options.Modes);
        Assert.Equal(6, MigrateOptions.Parse(["--migrations", "50", "--quick"]).Migrations);
        Assert.Equal((6, 2), (MigrateOptions.Parse(["--nodes", "2", "--quick"]).Migrations, MigrateOptions.Parse(["--nodes", "2", "--quick"]).Nodes));
    }

    [Theory]
    [InlineData("--migrations", "1")]
    [InlineData("--migrations", "10001")]
    [InlineData("--memory", "95")]
    [InlineData("--subscribers", "0")]
    [InlineData("--modes", "")]
    [InlineData("--modes", "driven,dreamt")]
    [InlineData("--nodes", "0")]
    [InlineData("--nodes", "3")]
    [InlineData("--nodes", "1,2")]
    [InlineData("--hosts", "2")]
    public void A_wrong_value_is_a_usage_error_that_names_the_option(string name, string value)
    {
        var error = Assert.Throws<BenchException>(() => MigrateOptions.Parse([name, value]));

        Assert.Equal(BenchException.UsageError, error.ExitCode);
        Assert.StartsWith(name, error.Message);
    }

    [Fact]
    public void An_option_without_its_value_is_refused() => Assert.Throws<BenchException>(() => MigrateOptions.Parse(["--migrations"]));
}
