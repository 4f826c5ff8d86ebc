using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Soak.Measuring;
using Orchestrator.Bench.Soak.Results;

namespace Orchestrator.Bench.Tests.Soak;

public class SoakReportTests
{
    private static readonly Machine Machine = new("cpu", 2, 8, "6.1", ".NET 10", 0.1);
    private static readonly SoakLimits Limits = new(HeapBytes: 1 << 20, NativeBytes: 16 << 20, Files: 2, Threads: 4);
    private static readonly SoakSample First = Sample(5, heapMiB: 50, nativeMiB: 100, sockets: 10, threads: 20);

    [Fact]
    public void What_is_at_its_limit_is_flat() =>
        Assert.Empty(Limits.Violations(First, Sample(20, heapMiB: 51, nativeMiB: 116, sockets: 12, threads: 24)));

    [Fact]
    public void What_became_less_is_flat() => Assert.Empty(Limits.Violations(First, Sample(20, heapMiB: 40, nativeMiB: 90, sockets: 1, threads: 2)));

    [Fact]
    public void Growth_is_told_with_both_values_and_the_limit()
    {
        var violations = Limits.Violations(First, Sample(20, heapMiB: 52, nativeMiB: 117, sockets: 13, threads: 25));

        Assert.Equal(
            [
                "the node's managed heap grew from 50.0 MiB to 52.0 MiB between rests; 1.0 MiB more are allowed",
                "the node's native memory grew from 100.0 MiB to 117.0 MiB between rests; 16.0 MiB more are allowed",
                "the node's open files grew from 12 to 15 between rests; 2 more are allowed: 3 more of socket",
                "the node's threads grew from 20 to 25 between rests; 4 more are allowed",
            ],
            violations);
    }

    [Fact]
    public void Too_little_work_says_nothing_unless_it_is_to_be_quick()
    {
        var report = Report(new WorkTally("jobs", 959, 240), new WorkTally("subscribers", 960, 240));

        Assert.Contains("959 jobs are less than 4 hours' worth", Assert.Single(report.Violations(isQuick: false)));
        Assert.Empty(report.Violations(isQuick: true));
    }

    [Fact]
    public void Rests_between_the_first_and_the_last_do_not_count() =>
        Assert.Empty((Report(new WorkTally("jobs", 960, 240)) with { Rests = [First, Sample(10, 90, 190, 90, 90), First] }).Violations(isQuick: false));

    [Fact]
    public void Page_has_rests_growth_limits_and_work()
    {
        var page = SoakPage.Of(Report(new WorkTally("jobs", 1200, 240)) with { Rests = [First, Sample(20, heapMiB: 49, nativeMiB: 102, sockets: 11, threads: 20)] });

        Assert.Contains("| 5.0 | 50.0 | 100.0 | 160.0 | 12 | 20 |", page);
        Assert.Contains("| **growth** | -1.0 | +2.0 | +1.0 | +1 | 0 |", page);
        Assert.Contains("| allowed | 1.0 | 16.0 |  | 2 | 4 |", page);
        Assert.Contains("| jobs | 1,200 | 240 | 5.0 |", page);
    }

    private static SoakReport Report(params WorkTally[] work) => new("2026-11-29", Machine, 20, 150, 120, Limits, work, [First, First]);

    private static SoakSample Sample(double minutes, long heapMiB, long nativeMiB, int sockets, int threads) =>
        new(minutes, heapMiB << 20, (heapMiB + 10) << 20, (heapMiB + 10 + nativeMiB) << 20, new Dictionary<string, int> { ["socket"] = sockets, ["events.db"] = 2 }, threads);
}
