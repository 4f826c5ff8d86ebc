using Orchestrator.Bench.Fleet.Peers;

namespace Orchestrator.Bench.Tests.Fleet.Peers;

public class PreflightTests
{
    private const long Plenty = 1L << 40;

    [Fact]
    public void A_machine_with_room_is_accepted() => Preflight.Check(5000, 10500, 20500, Plenty);

    [Theory]
    [InlineData(10499, 20500, Plenty, "ulimit -Hn")]
    [InlineData(10500, 20499, Plenty, "kernel.pid_max")]
    [InlineData(10500, 20500, 5000L * (3 << 20), "MiB are available")]
    public void Each_limit_that_is_too_low_is_named(long files, long tasks, long memory, string name) =>
        Assert.Contains(name, Assert.Throws<BenchException>(() => Preflight.Check(5000, files, tasks, memory)).Message);

    [Fact]
    public void The_number_of_agents_that_would_fit_does_fit()
    {
        var error = Assert.Throws<BenchException>(() => Preflight.Check(5000, 4501, Plenty, Plenty));

        Assert.EndsWith("--agents 2000", error.Message);
        Preflight.Check(2000, 4501, Plenty, Plenty);
    }

    [Fact]
    public void The_number_of_guests_that_would_fit_does_fit()
    {
        var memory = 1300L << 20;

        Assert.EndsWith("--guests 3", Assert.Throws<BenchException>(() => Preflight.CheckGuests(4, memory)).Message);
        Preflight.CheckGuests(3, memory);
    }

    [Fact]
    public void This_machine_has_room_for_one() => Preflight.Check(1);
}
