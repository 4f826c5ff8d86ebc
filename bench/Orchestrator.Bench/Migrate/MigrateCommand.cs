using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Migrate.Results;

namespace Orchestrator.Bench.Migrate;

/// <summary><c>migrate</c>: what callers of a VM notice of its live migrations, whoever drives them.</summary>
public static class MigrateCommand
{
    /// <summary>Runs the benchmark and writes its results, also those of a run that breaks a promise. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">Something needed is missing or failed, or a promise was broken: a wrong answer, a program that ran twice, a lost event, or an outcome that must not be <c>Unknown</c>.</exception>
    public static async Task RunAsync(MigrateOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        var modes = new List<ModeSummary>();
        foreach (var mode in options.Modes)
            modes.Add(await new MigrateRun(options, mode, output).RunAsync(cancel));
        var report = MigrateReport.Of(options, machine, modes);
        var page = MigratePage.Of(report);
        output.WriteLine();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, report.FileName(), report, page, cancel)}");
        if (modes.SelectMany(mode => mode.Broken).ToArray() is { Length: > 0 } broken)
            throw new BenchException($"a promise was broken: {string.Join('\n', broken)}");
    }
}
