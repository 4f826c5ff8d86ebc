using Orchestrator.Bench.Events;

namespace Orchestrator.Bench.Tests.Events;

public class EventsOptionsTests
{
    [Fact]
    public void No_arguments_give_the_documented_defaults()
    {
        var options = EventsOptions.Parse([]);

        Assert.Equal((50, 50_000, 10, 1_000, 5, 5), (options.Vms, options.Events, options.Subscribers, options.Idle, options.Rounds, options.Seconds));
        Assert.EndsWith("artifacts/orchestrator/orchestrator", options.Program);
        Assert.EndsWith("bench/results", options.Results);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = EventsOptions.Parse(
            ["--vms", "1000", "--events", "1000000", "--subscribers", "2", "--idle", "10000", "--rounds", "3", "--seconds", "600", "--program", "/p", "--results", "/r"]);

        Assert.Equal((1_000, 1_000_000, 2, 10_000, 3, 600), (options.Vms, options.Events, options.Subscribers, options.Idle, options.Rounds, options.Seconds));
        Assert.Equal(("/p", "/r"), (options.Program, options.Results));
    }

    [Fact]
    public void What_stands_after_quick_changes_what_that_has_set()
    {
        var options = EventsOptions.Parse(["--vms", "7", "--quick", "--rounds", "4"]);

        Assert.Equal((7, 5_000, 100, 4, 1), (options.Vms, options.Events, options.Idle, options.Rounds, options.Seconds));
    }

    [Theory]
    [InlineData("50", "50000", 1_000)]
    [InlineData("3", "100", 33)]
    [InlineData("1000", "100", 1)]
    public void Every_vm_sends_the_same_number_of_events(string vms, string events, int each) =>
        Assert.Equal(each, EventsOptions.Parse(["--vms", vms, "--events", events]).EventsPerVm);

    [Theory]
    [InlineData("--vms", "0")]
    [InlineData("--vms", "1001")]
    [InlineData("--events", "99")]
    [InlineData("--events", "1000001")]
    [InlineData("--subscribers", "1")]
    [InlineData("--idle", "0")]
    [InlineData("--rounds", "many")]
    [InlineData("--seconds", "601")]
    [InlineData("--unknown", "1")]
    public void A_wrong_value_is_a_usage_error_that_names_the_option(string name, string value)
    {
        var error = Assert.Throws<BenchException>(() => EventsOptions.Parse([name, value]));

        Assert.Equal(BenchException.UsageError, error.ExitCode);
        Assert.StartsWith(name, error.Message);
    }

    [Fact]
    public void An_option_without_its_value_is_refused() => Assert.Throws<BenchException>(() => EventsOptions.Parse(["--quick", "--vms"]));
}
