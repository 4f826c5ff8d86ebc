using System.Text;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>A report as the page that is kept and printed. bench/README.md says how to read it.</summary>
public static class HostilePage
{
    /// <summary>The page.</summary>
    public static string Of(HostileReport report)
    {
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# One hostile VM beside {report.Agents} honest ones, {report.Date}");
        page.AppendLine();
        page.AppendLine($"`guest-ping` of the honest VMs, {report.Batches} alternating batches of {report.Rounds} jobs and {report.Rounds * report.Calls} single calls after {report.Warmup} unmeasured rounds. Latencies are in ms.");
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore}.");
        foreach (var mode in report.Modes)
        {
            page.AppendLine();
            page.AppendLine($"## {mode.Mode}");
            page.AppendLine();
            AddKinds(page, mode.Kinds);
            page.AppendLine();
            AddRatios(page, mode.Ratios);
        }
        return page.ToString();
    }

    private static void AddKinds(StringBuilder page, IReadOnlyList<KindSummary> kinds)
    {
        page.AppendLine("| turn | outcome p50 | p99 | job p50 | p99 | single call p50 | p99 | releases | flood MiB/s | server cores | server MiB before | after | peak |");
        page.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var kind in kinds)
        {
            var (latency, memory) = (kind.Latency, kind.Memory);
            page.AppendLine($"| {kind.Kind} | {Of(latency.Outcome)} | {Of(latency.Job)} | {Of(latency.Call)} | {kind.Quarantines} | {kind.FloodMiBPerSecond:N1} | {kind.ServerCores:N2} | {memory.BeforeMiB:N1} | {memory.AfterMiB:N1} | {memory.PeakMiB:N1} |");
        }

        static string Of(Distribution latency) => $"{latency.Median:N2} | **{latency.P99:N2}**";
    }

    private static void AddRatios(StringBuilder page, IReadOnlyList<P99Ratio> ratios)
    {
        page.AppendLine("| ratio of p99, less is better | outcome (p10 to p90) | job | single call |");
        page.AppendLine("|---|---|---|---|");
        foreach (var ratio in ratios)
            page.AppendLine($"| {ratio.Kind} / {ratio.Against} | {Of(ratio.Outcome)} | {Of(ratio.Job)} | {Of(ratio.Call)} |");

        static string Of(Distribution ratio) => $"**{ratio.Median:N2}** ({ratio.P10:N2} to {ratio.P90:N2})";
    }
}
