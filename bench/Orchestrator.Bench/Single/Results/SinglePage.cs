using System.Text;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Single.Results;

/// <summary>A report as the page that is kept and printed. bench/README.md says how to read it.</summary>
public static class SinglePage
{
    /// <summary>The page.</summary>
    public static string Of(SingleReport report)
    {
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# Single calls, {report.Date}");
        page.AppendLine();
        page.AppendLine($"One VM of {report.Agents}, one call after the other: {report.Batches} alternating batches of {report.Rounds} calls of each command after {report.Warmup} unmeasured pings and an eighth as many programs. Latencies are in ms.");
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore}.");
        page.AppendLine();
        page.AppendLine("| command | way | p50 | p90 | p99 |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var call in report.Calls)
            page.AppendLine($"| `{call.Command}` | {call.Way} | **{call.Milliseconds.Median:N3}** | {call.Milliseconds.P90:N3} | {call.Milliseconds.P99:N3} |");
        page.AppendLine();
        page.AppendLine($"| above {Way.Bare}, less is better | way | p50 (p10 to p90 of the batches) | p90 | p99 |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var difference in report.Differences)
            page.AppendLine($"| `{difference.Command}` | {difference.Way} | {Of(difference.P50)} | {Of(difference.P90)} | {Of(difference.P99)} |");
        return page.ToString();

        static string Of(Distribution more) => $"**{more.Median:N3}** ({more.P10:N3} to {more.P90:N3})";
    }
}
