using System.Text;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Migrate.Results;

/// <summary>A report as the page that is kept and printed. bench/README.md says how to read it.</summary>
public static class MigratePage
{
    /// <summary>The page.</summary>
    public static string Of(MigrateReport report)
    {
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# {report.Migrations} migrations of a real VM under load, {report.Date}");
        page.AppendLine();
        var way = report.Nodes == 1 ? "two QEMUs of one VmHost" : $"the QEMUs of {report.Nodes} nodes of a cluster, used at the one that has not the guest at the beginning";
        page.AppendLine($"To and fro between {way}, {report.MemoryMiB} MiB, under two clients of short commands, one of programs, one of file reads, and {report.Subscribers} subscribers to its events, all by its name.");
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore}.");
        page.AppendLine();
        page.AppendLine("| mode | commands | sent | right | wrong | Unknown | other | ran twice |");
        page.AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (var (mode, tally) in report.Modes.SelectMany(mode => mode.Classes.Select(tally => (mode, tally))))
            page.AppendLine($"| {mode.Mode} | {tally.Name} | {tally.Sent:N0} | {tally.Right:N0} | {tally.Wrong} | {tally.Unknown} | {tally.Failed} | {tally.Duplicates} |");
        page.AppendLine();
        page.AppendLine("| mode | migrations | not drained | events lost | blackout p50, ms | p99 | max | without a migration p50 | took p50, ms | p99 | downtime p50, ms | p99 |");
        page.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var mode in report.Modes)
        {
            var undrained = mode.Downtime is null ? "" : $"{mode.Undrained}";
            page.AppendLine($"| {mode.Mode} | {mode.Migrations} | {undrained} | {mode.EventsLost} | {mode.Blackout.Median:N0} | **{mode.Blackout.P99:N0}** | {mode.Blackout.Max:N0} | {mode.Quiet.Median:N0} | {mode.Took.Median:N0} | {mode.Took.P99:N0} | {Of(mode.Downtime)} |");
        }
        foreach (var broken in report.Modes.SelectMany(mode => mode.Broken))
            page.AppendLine($"\n**Broken:** {broken}");
        return page.ToString();

        static string Of(Distribution? downtime) => downtime is null ? " | " : $"{downtime.Median:N0} | {downtime.P99:N0}";
    }
}
