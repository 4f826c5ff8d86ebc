using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Micro.Results;

namespace Orchestrator.Bench.Tests.Micro;

public class MicroPageTests
{
    private static readonly Machine Machine = new("cpu", 2, 8, "6.1", ".NET 10", 0.1);

    [Theory]
    [InlineData(551.54, "551.5 ns (± 1.0)")]
    [InlineData(24_900, "24.9 µs (± 0.0)")]
    [InlineData(14_300_000, "14.3 ms (± 0.0)")]
    public void Times_have_the_unit_that_fits(double nanoseconds, string shown) => Assert.Contains($"| {shown} |", Page(new MicroRow("A.B", nanoseconds, 1, 0, null)));

    [Fact]
    public void Row_has_ratio_allocation_and_budget()
    {
        Assert.Contains("| Decode.Schema Large | 100.0 ns (± 1.0) | 1.05 | 356,894 | 400,000 |", Page(new MicroRow("Decode.Schema Large", 100, 1, 356_894, 1.052) { BudgetBytes = 400_000 }));
        Assert.Contains("| Peek.Ping | 100.0 ns (± 1.0) |  | 0 |  |", Page(new MicroRow("Peek.Ping", 100, 1, 0, null)));
    }

    [Fact]
    public void Row_that_only_counts_has_no_time() => Assert.Contains("| Job.Command |  |  | 1,234 |  |", Page(new MicroRow("Job.Command", 0, 0, 1234, null)));

    private static string Page(MicroRow row) => MicroPage.Of(new MicroReport("2026-11-29", Machine, [row]));
}
