using System.Globalization;
using System.Text;

namespace Orchestrator.Bench.Micro.Results;

/// <summary>The page for people.</summary>
public static class MicroPage
{
    /// <summary>Writes a report as Markdown.</summary>
    public static string Of(MicroReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# Micro-benchmarks, {report.Date}");
        page.AppendLine();
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB.ToString(CultureInfo.InvariantCulture)} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore.ToString(CultureInfo.InvariantCulture)}.");
        page.AppendLine();
        page.AppendLine("| benchmark | mean (± standard deviation) | of the baseline | allocated, bytes | budget |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var row in report.Rows)
            page.AppendLine($"| {row.Name} | {TimeOf(row)} | {row.Ratio?.ToString("N2", CultureInfo.InvariantCulture)} | {Number(row.AllocatedBytes)} | {(row.BudgetBytes is { } budget ? Number(budget) : "")} |");
        return page.ToString();
    }

    /// <summary>A line for who waits.</summary>
    public static string LineOf(MicroRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return $"{row.Name,-24} {TimeOf(row),28} {Number(row.AllocatedBytes),14} bytes";
    }

    /// <summary>In the unit that leaves one to four digits before the point; a row that only counts has no time.</summary>
    private static string TimeOf(MicroRow row)
    {
        if (row.Nanoseconds <= 0)
            return "";
        var (unit, by) = row.Nanoseconds switch { < 10_000 => ("ns", 1.0), < 10_000_000 => ("µs", 1e3), _ => ("ms", 1e6) };
        return string.Create(CultureInfo.InvariantCulture, $"{row.Nanoseconds / by:N1} {unit} (± {row.Deviation / by:N1})");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
