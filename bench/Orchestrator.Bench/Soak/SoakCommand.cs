using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Soak.Results;

namespace Orchestrator.Bench.Soak;

/// <summary><c>soak</c>: whether a node holds no more after four hours' worth of work than before it.</summary>
public static class SoakCommand
{
    /// <summary>Runs it and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">The node failed, or is not flat.</exception>
    public static async Task RunAsync(SoakOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        using var files = FleetDirectory.Create();
        var run = new SoakRun(options, files, output);
        await run.RunAsync(cancel);

        var report = new SoakReport(TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Minutes, options.Vms, options.Churn, options.Quick ? SoakLimits.Quick : SoakLimits.Default, [.. run.Work], run.Rests);
        var page = SoakPage.Of(report);
        output.WriteLine();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-soak-{report.Minutes}", report, page, cancel)}");
        if (report.Violations(options.Quick) is { Count: > 0 } violations)
            throw new BenchException(string.Join('\n', violations));
    }
}
