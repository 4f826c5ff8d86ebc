using Orchestrator.Bench.Scale;

namespace Orchestrator.Bench.Tests.Scale;

public class ScaleOptionsTests
{
    [Fact]
    public void Every_option_is_read()
    {
        var options = ScaleOptions.Parse(["--vms", "10, 200", "--nodes", "1,3", "--qmp-sockets", "no", "--batches", "2", "--warmup", "700", "--commands", "500", "--idle", "3", "--latency", "1ms", "--program", "/p", "--results", "/r"]);

        Assert.Equal([10, 200], options.Vms);
        Assert.Equal([1, 3], options.Nodes);
        Assert.False(options.QmpSockets);
        Assert.True(ScaleOptions.Parse([]).QmpSockets);
        Assert.Equal((2, 700, 500, 3, "1ms", "/p", "/r"), (options.Batches, options.Warmup, options.Commands, options.Idle, options.Latency, options.Program, options.Results));
    }

    [Theory]
    [InlineData("--vms", "0")]
    [InlineData("--vms", "100,100")]
    [InlineData("--vms", "200,100")]
    [InlineData("--vms", "many")]
    [InlineData("--nodes", "0")]
    [InlineData("--nodes", "1,1000")]
    [InlineData("--nodes", "2")]
    [InlineData("--qmp-sockets", "maybe")]
    [InlineData("--batches", "0")]
    [InlineData("--warmup", "99")]
    [InlineData("--commands", "99")]
    [InlineData("--idle", "0")]
    [InlineData("--agents", "5")]
    public void What_is_no_option_is_a_usage_error(string name, string value)
    {
        var error = Assert.Throws<BenchException>(() => ScaleOptions.Parse([name, value]));

        Assert.Equal(BenchException.UsageError, error.ExitCode);
        Assert.StartsWith(name, error.Message);
        Assert.Contains("usage: scale", error.Message);
    }

    [Fact]
    public void Option_without_a_value_is_a_usage_error() =>
        Assert.StartsWith("--vms is unknown or needs a value", Assert.Throws<BenchException>(() => ScaleOptions.Parse(["--vms"])).Message);
}
