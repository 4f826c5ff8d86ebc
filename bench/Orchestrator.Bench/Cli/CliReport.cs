using System.Globalization;
using System.Text;
using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Cli;

/// <summary>What a command line takes.</summary>
/// <param name="Build">Which program: <see cref="CliReport.Measured"/> or <see cref="CliReport.Other"/>.</param>
/// <param name="CommandLine">Without the server's address.</param>
/// <param name="Wall">Of all starts, ms.</param>
/// <param name="Cpu">User and system time, ms.</param>
public sealed record CliRow(string Build, string CommandLine, Distribution Wall, Distribution Cpu);

/// <summary>Everything that a run found; the JSON file is this record.</summary>
/// <param name="Date">The day of the run (UTC), yyyy-MM-dd.</param>
/// <param name="Machine">On which it ran.</param>
/// <param name="Vms">Of the node.</param>
/// <param name="Rows">In the order of their turns.</param>
public sealed record CliReport(string Date, Machine Machine, int Vms, IReadOnlyList<CliRow> Rows)
{
    /// <summary>The program of <c>--program</c>.</summary>
    public const string Measured = "program";

    /// <summary>That of <c>--against</c>.</summary>
    public const string Other = "against";

    /// <summary>The page for people.</summary>
    public string Page()
    {
        var page = new StringBuilder();
        page.AppendLine($"# Command line, {Date}");
        page.AppendLine();
        page.AppendLine($"A running node with {Vms} emulated VMs; {Rows[0].Wall.Count} starts of each command line, in turn.");
        page.AppendLine($"{Machine.Cores} cores ({Machine.Processor}), {Machine.MemoryGiB.ToString(CultureInfo.InvariantCulture)} GiB, Linux {Machine.Kernel}, {Machine.DotNet}; load before: {Machine.LoadBefore.ToString(CultureInfo.InvariantCulture)}.");
        page.AppendLine();
        page.AppendLine("| build | command line | wall ms, median | p10 | p90 | least | CPU ms, median |");
        page.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var row in Rows)
            page.AppendLine(CultureInfo.InvariantCulture, $"| {row.Build} | `{row.CommandLine}` | **{row.Wall.Median:N0}** | {row.Wall.P10:N0} | {row.Wall.P90:N0} | {row.Wall.Min:N0} | {row.Cpu.Median:N0} |");
        return page.ToString();
    }
}
