using System.Text;

namespace Orchestrator.Bench.Fleet.Results;

/// <summary>A report as the page that is kept and printed. bench/README.md says how to read it.</summary>
public static class MarkdownReport
{
    /// <summary>The page.</summary>
    public static string Of(FleetReport report)
    {
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# Fleet of {report.Agents} {(report.Guests > 0 ? "guests" : "agents")}, {report.Date}");
        page.AppendLine();
        page.AppendLine($"`{report.Command}`, {report.Batches} alternating batches of {report.Rounds} rounds after {report.Warmup} unmeasured ones.");
        if (report.Guests > 0)
            page.AppendLine("Each agent is in a real guest under TCG, behind QEMU's virtio-serial port; each QMP server is that QEMU.");
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore}.");
        page.AppendLine();
        AddClients(page, report.Clients);
        AddRatios(page, report.Ratios);
        if (report.Memory is { } memory)
            AddMemory(page, memory);
        return page.ToString();
    }

    private static void AddClients(StringBuilder page, IReadOnlyList<ClientSummary> clients)
    {
        page.AppendLine("| client | commands/s (p10 to p90) | round p50 ms | p99 ms | client CPU µs/command (min to max) | connect s |");
        page.AppendLine("|---|---|---|---|---|---|");
        foreach (var client in clients)
        {
            var (rate, cpu) = (client.CommandsPerSecond, client.CpuMicrosecondsPerCommand);
            page.AppendLine($"| {client.Client} | **{rate.Median:N0}** ({rate.P10:N0} to {rate.P90:N0}) | {client.RoundMilliseconds.Median:N1} | {client.RoundMilliseconds.P99:N1} | **{cpu.Median:N1}** ({cpu.Min:N1} to {cpu.Max:N1}) | {client.ConnectSeconds.Median:N2} |");
        }
        foreach (var client in clients)
            if (client.ReaderCpuMicrosecondsPerCommand is { } reader)
                page.AppendLine().AppendLine($"Reading the results of {client.Client} took the benchmark itself {reader.Median:N1} µs CPU per command more, on the same cores.");
    }

    private static void AddRatios(StringBuilder page, IReadOnlyList<RatioSummary> ratios)
    {
        if (ratios.Count == 0)
            return;
        page.AppendLine();
        page.AppendLine("| ratio | rate (p10 to p90), more is better | client CPU (min to max), less is better |");
        page.AppendLine("|---|---|---|");
        foreach (var ratio in ratios)
            page.AppendLine($"| {ratio.Client} / {ratio.Against} | **{ratio.Rate.Median:N2}** ({ratio.Rate.P10:N2} to {ratio.Rate.P90:N2}) | **{ratio.Cpu.Median:N2}** ({ratio.Cpu.Min:N2} to {ratio.Cpu.Max:N2}) |");
    }

    private static void AddMemory(StringBuilder page, MemorySummary memory)
    {
        page.AppendLine();
        page.AppendLine("| server memory (resident) | MiB | KiB per VM above the empty server |");
        page.AppendLine("|---|---|---|");
        page.AppendLine($"| no VMs | {memory.EmptyMiB:N1} | |");
        page.AppendLine($"| all agents ready | {memory.ReadyMiB:N1} | {memory.ReadyKiBPerVm:N1} |");
        page.AppendLine($"| after the rounds | {memory.AfterMiB:N1} | {memory.AfterKiBPerVm:N1} |");
        page.AppendLine($"| peak | {memory.PeakMiB:N1} | |");
    }
}
