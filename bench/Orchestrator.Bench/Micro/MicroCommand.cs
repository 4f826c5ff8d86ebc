using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Micro.Budgets;
using Orchestrator.Bench.Micro.Results;

namespace Orchestrator.Bench.Micro;

/// <summary><c>micro</c>: what the parts of a command's way cost, and whether they allocate no more than their budget.</summary>
public static class MicroCommand
{
    /// <summary>Runs the benchmarks, writes their results, and holds them against the budget.</summary>
    /// <exception cref="BenchException">Something failed, or allocates more than it may.</exception>
    public static async Task RunAsync(MicroOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        var budget = AllocationBudget.Read(options.Budget);
        var isWhole = options.Filter.Length == 0;
        var rows = new List<MicroRow>();
        foreach (var benchmarks in MicroSuite.Classes)
            Add(await Task.Run(() => MicroSuite.Run(benchmarks, IsWanted), cancel));
        if (IsWanted(JobAllocation.Name))
            Add([await JobAllocation.MeasureAsync(options.Program, cancel)]);
        if (rows.Count == 0)
            throw new BenchException($"no benchmark has \"{options.Filter}\" in its name", BenchException.UsageError);

        if (isWhole)
        {
            var report = new MicroReport(TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, rows);
            var page = MicroPage.Of(report);
            output.WriteLine();
            output.Write(page);
            output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-micro", report, page, cancel)}");
        }
        if (budget.Violations(rows, isWhole) is { Count: > 0 } violations)
            throw new BenchException(string.Join('\n', violations));

        bool IsWanted(string name) => name.Contains(options.Filter, StringComparison.OrdinalIgnoreCase);

        void Add(IEnumerable<MicroRow> measured)
        {
            foreach (var row in measured.Select(budget.Of))
            {
                rows.Add(row);
                output.WriteLine(MicroPage.LineOf(row));
            }
        }
    }
}
