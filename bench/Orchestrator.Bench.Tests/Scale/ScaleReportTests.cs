using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Scale.Results;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Tests.Scale;

public class ScaleReportTests
{
    private static readonly Machine Machine = new("cpu", 2, 8, "6.1", ".NET 10", 0.1);

    [Fact]
    public void Costs_are_per_vm_and_per_command()
    {
        var sample = Sample(1, 100, start: 1, ready: 1100, cpu: 0.5);

        Assert.Equal(200, sample.Commands);
        Assert.Equal(2500, sample.CpuMicroseconds);
        Assert.Equal(10, sample.ReadyKiBPerVm);
        Assert.Equal(10, sample.StartMillisecondsPerVm);
    }

    [Fact]
    public void Ratios_are_of_the_same_batch()
    {
        ScaleSample[] samples =
        [
            Sample(1, 100, start: 1, ready: 1100, cpu: 0.5), Sample(1, 1000, start: 2, ready: 2000, cpu: 10),
            Sample(2, 100, start: 2, ready: 1100, cpu: 5), Sample(2, 1000, start: 4, ready: 2000, cpu: 100),
        ];

        var report = ScaleReport.Of(new ScaleOptions(), Machine, samples);

        Assert.Equal([(1, 100), (1, 1000)], report.Sizes.Select(size => (size.Nodes, size.Vms)));
        var ratio = Assert.Single(report.Ratios);
        Assert.Equal((1000, 100), (ratio.Vms, ratio.Against));
        Assert.Equal((2.0, 2.0), (ratio.Cpu.Min, ratio.Cpu.Max));
        Assert.Equal(0.2, ratio.Start.Median, 9);
        Assert.Equal(0.19, ratio.Memory.Median, 9);
        Assert.Equal(1, ratio.FurtherKiB.Median, 9);
        Assert.Equal(1000.0 / 900 * 1.5, ratio.FurtherMilliseconds.Median, 9);
    }

    [Fact]
    public void Numbers_of_nodes_are_apart_and_traffic_is_shown_where_it_is_counted()
    {
        ScaleSample[] samples =
        [
            Sample(1, 100, start: 1, ready: 1100, cpu: 0.5),
            Sample(1, 100, start: 1, ready: 3300, cpu: 0.5) with { Nodes = 3, JobTraffic = Traffic(400, 410, 20_000), IdleTraffic = Traffic(3, 5.5, 1234) },
        ];

        var report = ScaleReport.Of(new ScaleOptions(), Machine, samples);
        var page = ScalePage.Of(report);

        Assert.Empty(report.Ratios);
        Assert.Contains("| 1 | 100 | **1.00** (1.00 to 1.00) |", page);
        Assert.Contains("| 3 | 100 | **400.0** (400.0 to 400.0) | **410.0** (410.0 to 410.0) | **200** (200 to 200) | **5.5** (5.5 to 5.5) | **1,234** (1,234 to 1,234) |", page);
        Assert.Contains("| `router.ended.v1` | 3 | 100 | 400.0 | 10 |", page);
        Assert.DoesNotContain("between nodes", ScalePage.Of(ScaleReport.Of(new ScaleOptions(), Machine, samples[..1])));
    }

    [Fact]
    public void Memory_at_rest_and_after_the_jobs_are_told_apart()
    {
        var sample = Sample(1, 100, 0.5, 1100, 0.002) with { RestBytes = 600 << 10, AfterBytes = 2100 << 10 };

        var page = ScalePage.Of(ScaleReport.Of(new ScaleOptions(), Machine, [sample]));

        Assert.Contains("| KiB per VM | at rest | after the jobs |", page);
        Assert.Contains("| **10.0** (10.0 to 10.0) | **5.0** (5.0 to 5.0) | **20.0** (20.0 to 20.0) |", page);
    }

    private static NodeTraffic Traffic(double messages, double frames, double bytes) => new(new Dictionary<string, NodeTraffic.Kind> { ["router.ended.v1"] = new(messages, messages * 10) }, frames, bytes);

    private static ScaleSample Sample(int batch, int vms, double start, long ready, double cpu) =>
        new(batch, 1, vms, start, start, 100 << 10, ready << 10, ready << 10, ready << 10, [0.1, 0.2], cpu, 0.01, 50 << 20, null, null);
}
