using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Single;
using Orchestrator.Bench.Single.Results;

namespace Orchestrator.Bench.Tests.Single.Results;

public class SingleReportTests
{
    private static readonly Machine Machine = new("a processor", 2, 4, "6.1", ".NET 10", 0);

    [Fact]
    public void Differences_are_between_neighbouring_turns_only()
    {
        // The machine is slower by 10 ms in the second batch, for both ways: the difference is 2 in both.
        var report = Report([.. Batch(bare: 1, api: 3), .. Batch(bare: 11, api: 13)]);

        Assert.Equal(
            [("guest-ping", "api, bare client"), ("guest-ping", "api"), ("run-true", "api, bare client"), ("run-true", "api")],
            report.Differences.Select(difference => (difference.Command, difference.Way)));
        Assert.All([report.Differences[1].P50, report.Differences[1].P90, report.Differences[3].P99], difference =>
            Assert.Equal((2, 2.0, 2.0), (difference.Count, difference.Min, difference.Max)));
        Assert.Equal((1.0, 1.0), (report.Differences[0].P50.Min, report.Differences[0].P50.Max));
    }

    [Fact]
    public void Calls_of_all_turns_of_a_way_are_pooled()
    {
        var report = Report([.. Batch(bare: 1, api: 3), .. Batch(bare: 11, api: 13)]);

        Assert.Equal(["bare", "api, bare client", "api", "bare", "api, bare client", "api"], report.Calls.Select(call => call.Way));
        Assert.Equal((4, 3.0, 13.0), (report.Calls[2].Milliseconds.Count, report.Calls[2].Milliseconds.Min, report.Calls[2].Milliseconds.Max));
        Assert.Equal(12, report.Samples.Count);
    }

    [Fact]
    public void The_page_has_a_row_per_command_and_way_and_per_difference()
    {
        var page = SinglePage.Of(Report(Batch(bare: 0.05, api: 0.45)));

        Assert.Contains("| `guest-ping` | bare | **0.050** | 0.050 | 0.050 |", page);
        Assert.Contains("| `run-true` | api | **0.450** | 0.450 | 0.450 |", page);
        Assert.Contains("| `guest-ping` | api | **0.400** (0.400 to 0.400) | **0.400** (0.400 to 0.400) |", page);
    }

    private static SingleReport Report(IReadOnlyList<CallTurn> turns) => SingleReport.Of(new SingleOptions(), Machine, turns);

    private static IReadOnlyList<CallTurn> Batch(double bare, double api) =>
    [
        .. Turn("bare", bare), .. Turn("api, bare client", (bare + api) / 2), .. Turn("api", api),
    ];

    private static IEnumerable<CallTurn> Turn(string way, double each) => SingleRun.Commands.Select(command => new CallTurn(command, way, [each, each]));
}
