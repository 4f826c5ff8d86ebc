using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Hostile;
using Orchestrator.Bench.Hostile.Peers;
using Orchestrator.Bench.Hostile.Results;
using Orchestrator.Bench.Hostile.Turns;
using Orchestrator.Bench.Processes;

namespace Orchestrator.Bench.Tests.Hostile.Results;

public class HostileReportTests
{
    [Fact]
    public void Ratios_compare_the_p99_of_neighbouring_turns_only()
    {
        // The machine is ten times slower in the second batch, for all four.
        var mode = Report([.. Batch(2, 3, 4), .. Batch(20, 30, 40)]).Modes[0];

        Assert.Equal([("hostile", "control"), ("once", "alone"), ("hostile", "alone"), ("control", "alone")], mode.Ratios.Select(ratio => (ratio.Kind, ratio.Against)));
        Assert.All([(0, 0.75), (1, 2.5), (2, 1.5), (3, 2.0)], expected =>
        {
            var ratio = mode.Ratios[expected.Item1];
            Assert.All([ratio.Outcome, ratio.Job, ratio.Call], part => Assert.Equal((2, expected.Item2, expected.Item2), (part.Count, Math.Round(part.Min, 9), Math.Round(part.Max, 9))));
        });
    }

    [Fact]
    public void Latencies_of_all_turns_of_a_kind_are_pooled()
    {
        var alone = Report([.. Batch(1, 5, 5), .. Batch(3, 5, 5)]).Modes[0].Kinds[2];

        Assert.Equal(("alone", 2, 1.0, 3.0), (alone.Kind, alone.Latency.Outcome.Count, alone.Latency.Outcome.Min, alone.Latency.Outcome.Max));
        Assert.Equal((10.0, 100.0), (alone.Latency.Job.Min, alone.Latency.Call.Min));
    }

    [Fact]
    public void Cores_are_cpu_time_over_the_measured_time_and_the_flood_over_all_of_it()
    {
        var hostile = Report(Batch(1, 1, 1)).Modes[0].Kinds[0];

        Assert.Equal((0.5, 16.0, 3), (hostile.ServerCores, hostile.FloodMiBPerSecond, hostile.Quarantines));
    }

    [Fact]
    public void Memory_has_the_median_before_and_after_and_the_highest_peak()
    {
        var first = Turn("endless", TurnKind.Alone, 1);
        var second = first with { After = first.After with { PeakResidentBytes = 90 << 20 } };

        Assert.Equal(new TurnMemory(50, 60, 90), TurnMemory.Of([first, second]));
    }

    [Fact]
    public void Each_mode_has_its_own_summary_and_every_turn_a_sample()
    {
        var report = Report([.. Batch(1, 1, 1), .. Batch(1, 1, 1).Select(turn => turn with { Mode = "trickle" })]);

        Assert.Equal(["endless", "trickle"], report.Modes.Select(mode => mode.Mode));
        Assert.Equal(["hostile", "control", "alone", "once", "hostile", "control", "alone", "once"], report.Samples.Select(sample => sample.Kind));
        Assert.Equal((3, 4, 64L << 20, 1.0), (report.Samples[0].Quarantines, report.Samples[0].FloodConnections, report.Samples[0].FloodBytes, report.Samples[0].ServerCpuSeconds));
    }

    [Fact]
    public void The_page_has_a_section_per_mode_with_a_row_per_kind_and_ratio()
    {
        var page = HostilePage.Of(Report(Batch(2, 3, 4)));

        Assert.StartsWith("# One hostile VM beside 50 honest ones, ", page);
        Assert.Contains("## endless", page);
        Assert.Contains("| hostile | 3.00 | **3.00** | 30.00 | **30.00** | 300.00 | **300.00** | 3 | 16.0 | 0.50 | 50.0 | 60.0 | 70.0 |", page);
        Assert.Contains("| hostile / control | **0.75** (0.75 to 0.75) | **0.75** (0.75 to 0.75) | **0.75** (0.75 to 0.75) |", page);
    }

    private static HostileReport Report(params IReadOnlyCollection<Turn> turns) =>
        HostileReport.Of(new HostileOptions(), new Machine("a processor", 2, 4, "6.1", ".NET 10", 0), turns);

    private static Turn[] Batch(double alone, double hostile, double control) =>
    [
        Turn("endless", TurnKind.Hostile, hostile) with { Quarantines = 3, Flood = new Flood(4, 64 << 20) }, Turn("endless", TurnKind.Control, control),
        Turn("endless", TurnKind.Alone, alone), Turn("endless", TurnKind.Once, alone * 2.5),
    ];

    private static Turn Turn(string mode, TurnKind kind, double milliseconds)
    {
        var turn = new Turn
        {
            Mode = mode,
            Kind = kind,
            Latencies = new Latencies(),
            Measured = TimeSpan.FromSeconds(2),
            Duration = TimeSpan.FromSeconds(4),
            Flood = Flood.None,
            Quarantines = 0,
            Before = new ProcessUsage(TimeSpan.FromSeconds(7), 50 << 20, 80 << 20),
            After = new ProcessUsage(TimeSpan.FromSeconds(8), 60 << 20, 70 << 20),
        };
        turn.Latencies.Outcomes.Add(milliseconds);
        turn.Latencies.Jobs.Add(milliseconds * 10);
        turn.Latencies.Calls.Add(milliseconds * 100);
        return turn;
    }
}
