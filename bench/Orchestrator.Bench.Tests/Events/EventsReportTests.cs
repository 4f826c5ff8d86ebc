using Orchestrator.Bench.Events;
using Orchestrator.Bench.Events.Results;
using Orchestrator.Bench.Events.Rounds;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Tests.Events;

public class EventsReportTests
{
    private static readonly Machine Machine = new("a processor", 2, 4, "6.1", ".NET 10", 0.3);

    [Fact]
    public void Kinds_of_floods_are_compared_within_their_turn()
    {
        // The machine is four times slower in the second turn, for all kinds alike.
        var report = Report();

        Assert.Equal([("ndjson", 1), ("ndjson", 10), ("sse", 10)], report.Floods.Select(flood => (flood.Format, flood.Subscribers)));
        Assert.Equal(25_000, report.Floods[0].EventsPerSecond.Median);
        Assert.Equal([("ndjson to 10", "ndjson to 1"), ("sse to 10", "ndjson to 1")], report.Ratios.Select(ratio => (ratio.Kind, ratio.Against)));
        Assert.Equal((0.5, 0.5), (report.Ratios[0].Rate.Min, report.Ratios[0].Rate.Max));
        Assert.Equal((2.0, 2.0), (report.Ratios[0].Cpu.Min, report.Ratios[0].Cpu.Max));
        Assert.Equal(130, report.Floods[0].PeakMiB);
    }

    [Fact]
    public void Cpu_time_too_short_for_the_kernel_is_no_division_by_zero() =>
        Assert.All(FloodRatio.Of([[new("ndjson", 1, 10, 0, 0, 1)], [new("sse", 1, 10, 5, 0, 1)]]), ratio => Assert.True(double.IsFinite(ratio.Cpu.Median)));

    [Fact]
    public void Latencies_are_those_of_the_rounds_and_not_of_all_events_together()
    {
        var report = Report();

        Assert.Equal(["100", "half"], report.Latencies.Select(pace => pace.Load));
        Assert.Equal((2, 1.5), (report.Latencies[0].P50.Count, report.Latencies[0].P50.Median));
        Assert.Equal((3.5, 0.2), (report.Latencies[0].P99.Median, Math.Round(report.Latencies[0].ServerCores.Median, 9)));
    }

    [Fact]
    public void Page_has_every_table_and_the_machines_load()
    {
        var page = EventsPage.Of(Report());

        Assert.Contains("# Events of 50 VMs", page);
        Assert.Contains("load before: 0.3", page);
        Assert.Contains("| sse | 10 | **6,250** (3,250 to 9,250) | **100.0** (52.0 to 148.0) | 7 | 125.0 |", page);
        Assert.Contains("| ndjson to 10 / ndjson to 1 | **0.50** (0.50 to 0.50) | **2.00** (2.00 to 2.00) |", page);
        Assert.Contains("| half | **12,000** (12,000 to 12,000) |", page);
        Assert.Contains("| 1000 idle subscribers, **8.0** (8.0 to 8.0) KiB each | without | with |", page);
        Assert.Contains("| server cores at 100 events/s | **0.030** (0.030 to 0.030) | **0.040** (0.040 to 0.040) |", page);
    }

    private static EventsReport Report() => EventsReport.Of(
        EventsOptions.Parse([]),
        Machine,
        [
            new("ndjson", 1, 40_000, 10, 0, 120), new("ndjson", 10, 20_000, 20, 0, 125), new("sse", 10, 10_000, 40, 7, 125),
            new("ndjson", 1, 10_000, 40, 0, 130), new("ndjson", 10, 5_000, 80, 0, 125), new("sse", 10, 2_500, 160, 3, 125),
        ],
        [Pace("100", 100, 1, 3), Pace("half", 12_000, 1, 9), Pace("100", 100, 2, 4), Pace("half", 12_000, 1, 9)],
        [new(1_000, 8, new(0.01, 0.02), new(0.03, 0.04), new(1, 2), new(3, 4))]);

    private static LatencySample Pace(string load, double rate, double median, double p99) =>
        new(load, rate, new Distribution(100, 0, 0, median, p99, p99, p99), 0, 0.2);
}
