using System.Globalization;
using System.Text;
using Orchestrator.Bench.Soak.Measuring;

namespace Orchestrator.Bench.Soak.Results;

/// <summary>The page for people.</summary>
public static class SoakPage
{
    /// <summary>Writes a report as Markdown.</summary>
    public static string Of(SoakReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# Soak of {report.Minutes} minutes, {report.Date}");
        page.AppendLine();
        page.AppendLine($"{report.Vms} VMs that stay and {report.Churn} that come and go. {machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB.ToString(CultureInfo.InvariantCulture)} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore.ToString(CultureInfo.InvariantCulture)}.");
        page.AppendLine();
        page.AppendLine("| at rest after, min | managed heap, MiB | native, MiB | resident, MiB | open files | threads |");
        page.AppendLine("|---|---|---|---|---|---|");
        foreach (var rest in report.Rests)
            page.AppendLine(CultureInfo.InvariantCulture, $"| {rest.Minutes:N1} | {MiB(rest.HeapBytes)} | {MiB(rest.NativeBytes)} | {MiB(rest.ResidentBytes)} | {rest.FileCount} | {rest.Threads} |");
        AddGrowth(page, report.Rests[0], report.Rests[^1], report.Limits);
        page.AppendLine();
        page.AppendLine("| work between the first rest and the last | done | an hour has | hours' worth |");
        page.AppendLine("|---|---|---|---|");
        foreach (var work in report.Work)
            page.AppendLine(CultureInfo.InvariantCulture, $"| {work.Name} | {work.Done:N0} | {work.PerHour:N0} | {work.Hours:N1} |");
        return page.ToString();
    }

    private static void AddGrowth(StringBuilder page, SoakSample first, SoakSample last, SoakLimits limits)
    {
        page.AppendLine(CultureInfo.InvariantCulture, $"| **growth** | {More(last.HeapBytes - first.HeapBytes)} | {More(last.NativeBytes - first.NativeBytes)} | {More(last.ResidentBytes - first.ResidentBytes)} | {last.FileCount - first.FileCount:+0;-0;0} | {last.Threads - first.Threads:+0;-0;0} |");
        page.AppendLine(CultureInfo.InvariantCulture, $"| allowed | {MiB(limits.HeapBytes)} | {MiB(limits.NativeBytes)} |  | {limits.Files} | {limits.Threads} |");
    }

    private static string MiB(long bytes) => (bytes / (double)(1 << 20)).ToString("N1", CultureInfo.InvariantCulture);

    private static string More(long bytes) => (bytes / (double)(1 << 20)).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
}
