using System.Globalization;
using System.Text;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Scale.Results;

/// <summary>The page for people.</summary>
public static class ScalePage
{
    /// <summary>Writes a report as Markdown.</summary>
    public static string Of(ScaleReport report)
    {
        var page = new StringBuilder();
        var machine = report.Machine;
        page.AppendLine($"# Scale: up to {report.Sizes.Max(size => size.Vms)} VMs, {report.Date}");
        page.AppendLine();
        page.AppendLine($"Emulated VMs{(report.Latency is { } latency ? $" that take {latency} for an answer" : "")}; {report.Batches} turns of each number, in turn; {report.Idle} s of idling; {(report.QmpSockets ? "a" : "no")} QMP socket for each VM. Every value is the median of the turns, with p10 to p90; numbers of several nodes are added up.");
        page.AppendLine($"{machine.Cores} cores ({machine.Processor}), {machine.MemoryGiB.ToString(CultureInfo.InvariantCulture)} GiB, Linux {machine.Kernel}, {machine.DotNet}; load before: {machine.LoadBefore.ToString(CultureInfo.InvariantCulture)}.");
        page.AppendLine();
        page.AppendLine("| nodes | VMs | all Ready after, s | all known to all after, s | MiB | KiB per VM | at rest | after the jobs | idle: cores | µs per VM and s | job, ms | node CPU µs/command |");
        page.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var size in report.Sizes)
            page.AppendLine(
                $"| {size.Nodes} | {size.Vms} | {Of(size.StartSeconds, "N2")} | {Of(size.WholeSeconds, "N2")} | {Of(size.ReadyMiB, "N0")} | {Of(size.ReadyKiBPerVm, "N1")} | {Of(size.RestKiBPerVm, "N1")} | {Of(size.AfterKiBPerVm, "N1")} "
                + $"| {Of(size.IdleCores, "N3")} | {Of(size.IdleMicrosecondsPerVm, "N1")} | {Of(size.JobMilliseconds, "N0")} | {Of(size.CpuMicroseconds, "N1")} |");
        page.AppendLine();
        page.AppendLine("| nodes | VMs / VMs of the same batch | time to Ready per VM | memory at rest per VM | node CPU per command | each further VM: ms to Ready | KiB at rest |");
        page.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var ratio in report.Ratios)
            page.AppendLine($"| {ratio.Nodes} | {ratio.Vms} / {ratio.Against} | {Of(ratio.Start, "N2")} | {Of(ratio.Memory, "N2")} | {Of(ratio.Cpu, "N2")} | {Of(ratio.FurtherMilliseconds, "N2")} | {Of(ratio.FurtherKiB, "N1")} |");
        AddTraffic(page, report);
        page.AppendLine();
        page.AppendLine($"The emulators take {string.Join(", ", report.Sizes.Select(size => $"{size.EmulatorKiBPerVm.Median.ToString("N1", CultureInfo.InvariantCulture)} KiB per VM of {size.Vms}"))}.");
        return page.ToString();
    }

    private static void AddTraffic(StringBuilder page, ScaleReport report)
    {
        var counted = report.Sizes.Where(size => size.FramesPerJob is not null).ToList();
        if (counted.Count == 0)
            return;
        page.AppendLine();
        page.AppendLine("| nodes | VMs | between nodes, per job: own messages | all messages | bytes per command | while nothing happens: messages/s | bytes/s |");
        page.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var size in counted)
            page.AppendLine($"| {size.Nodes} | {size.Vms} | {Of(size.MessagesPerJob!, "N1")} | {Of(size.FramesPerJob!, "N1")} | {Of(size.BytesPerCommand!, "N0")} | {Of(size.IdleFramesPerSecond!, "N1")} | {Of(size.IdleBytesPerSecond!, "N0")} |");
        page.AppendLine();
        page.AppendLine("| kind, of the largest of each | nodes | VMs | per job | bytes each |");
        page.AppendLine("|---|---|---|---|---|");
        foreach (var size in counted.GroupBy(size => size.Nodes).Select(nodes => nodes.Last()))
            AddKinds(page, [.. report.Samples.Where(sample => sample.Nodes == size.Nodes && sample.Vms == size.Vms).Select(sample => sample.JobTraffic).OfType<NodeTraffic>()], size);
    }

    private static void AddKinds(StringBuilder page, IReadOnlyList<NodeTraffic> turns, ScaleSummary size)
    {
        foreach (var kind in turns.SelectMany(turn => turn.Kinds).ToLookup(kind => kind.Key, kind => kind.Value).OrderByDescending(kind => kind.Sum(turn => turn.Bytes)))
        {
            var (messages, bytes) = (kind.Sum(turn => turn.Messages), kind.Sum(turn => turn.Bytes));
            page.AppendLine(CultureInfo.InvariantCulture, $"| `{kind.Key}` | {size.Nodes} | {size.Vms} | {messages / turns.Count:N1} | {bytes / messages:N0} |");
        }
    }

    private static string Of(Distribution value, string format) =>
        $"**{value.Median.ToString(format, CultureInfo.InvariantCulture)}** ({value.P10.ToString(format, CultureInfo.InvariantCulture)} to {value.P90.ToString(format, CultureInfo.InvariantCulture)})";
}
