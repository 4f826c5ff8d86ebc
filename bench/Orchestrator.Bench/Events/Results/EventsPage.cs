using System.Text;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Events.Results;

/// <summary>A report as the page that is kept and printed. bench/README.md says how to read it.</summary>
public static class EventsPage
{
    /// <summary>The page.</summary>
    public static string Of(EventsReport report)
    {
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# Events of {report.Vms} VMs, {report.Date}");
        page.AppendLine();
        page.AppendLine($"{report.Rounds} alternating rounds of each kind, after a turn that is not measured; {report.Events:N0} events a flood, {report.Seconds} s at a steady pace. Every value is the median of the rounds, with p10 to p90.");
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore}.");
        page.AppendLine();
        AddFloods(page, report);
        page.AppendLine();
        AddLatencies(page, report.Latencies);
        page.AppendLine();
        AddIdle(page, report.Idle);
        return page.ToString();
    }

    private static void AddFloods(StringBuilder page, EventsReport report)
    {
        page.AppendLine("| flood | subscribers | events/s | server CPU µs/event | lost | server peak MiB |");
        page.AppendLine("|---|---|---|---|---|---|");
        foreach (var flood in report.Floods)
            page.AppendLine($"| {flood.Format} | {flood.Subscribers} | {Of(flood.EventsPerSecond, "N0")} | {Of(flood.CpuMicrosecondsPerEvent, "N1")} | {flood.Lost} | {flood.PeakMiB:N1} |");
        page.AppendLine();
        page.AppendLine("| ratio of the same turn | events/s, more is better | server CPU, less is better |");
        page.AppendLine("|---|---|---|");
        foreach (var ratio in report.Ratios)
            page.AppendLine($"| {ratio.Kind} / {ratio.Against} | {Of(ratio.Rate, "N2")} | {Of(ratio.Cpu, "N2")} |");
    }

    private static void AddLatencies(StringBuilder page, IReadOnlyList<PaceSummary> latencies)
    {
        page.AppendLine("| pace | events/s | latency p50, ms | p99 | lost | server cores |");
        page.AppendLine("|---|---|---|---|---|---|");
        foreach (var pace in latencies)
            page.AppendLine($"| {pace.Load} | {Of(pace.EventsPerSecond, "N0")} | {Of(pace.P50, "N2")} | {Of(pace.P99, "N2")} | {pace.Lost} | {Of(pace.ServerCores, "N3")} |");
    }

    private static void AddIdle(StringBuilder page, IdleSummary idle)
    {
        page.AppendLine($"| {idle.Subscribers} idle subscribers, {Of(idle.KiBPerSubscriber, "N1")} KiB each | without | with |");
        page.AppendLine("|---|---|---|");
        AddRow("server cores while nothing happens", idle.Cores, "N3");
        AddRow("server cores at 100 events/s", idle.CoresWithEvents, "N3");
        AddRow("latency p50 of those, ms", idle.LatencyP50, "N2");
        AddRow("latency p99", idle.LatencyP99, "N2");

        void AddRow(string what, BesideSummary beside, string format) => page.AppendLine($"| {what} | {Of(beside.Without, format)} | {Of(beside.With, format)} |");
    }

    private static string Of(Distribution value, string format) => $"**{value.Median.ToString(format)}** ({value.P10.ToString(format)} to {value.P90.ToString(format)})";
}
