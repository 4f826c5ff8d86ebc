using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Scale.Peers;
using Orchestrator.Bench.Soak.Work;

namespace Orchestrator.Bench.Cli;

/// <summary><c>cli</c>: how long a user waits for the command line, from its start to its end.</summary>
public static class CliCommand
{
    private const int Warmup = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What is measured: arguments, and whether they ask the server.</summary>
    private static readonly (string[] Arguments, bool AsksServer)[] Lines =
    [
        (["--version"], false), (["vm", "ls"], true), (["vm", "ls", "-o", "json"], true), (["ping", "--all", "-o", "ndjson"], true),
    ];

    /// <summary>Runs the benchmark and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">The node cannot be started, or a command line failed.</exception>
    public static async Task RunAsync(CliOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        using var files = FleetDirectory.Create();
        var scale = new ScaleOptions { Program = options.Program };
        await using var emulated = await EmulatedVms.StartAsync(scale, options.Vms, 1, files, cancel);
        await using var node = await SingleNode.StartAsync(scale, emulated.Directories[0], files, cancel);
        if (await FleetGauge.AwaitAsync(node.Apis[0], FleetGauge.Vms, "agent=\"Ready\"", sum => (int)sum == options.Vms, Patience, cancel) != options.Vms)
            throw new BenchException($"not all of {options.Vms} agents are Ready after {Patience.TotalSeconds} s: {node.LogTails()}");

        var report = new CliReport(TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd"), machine, options.Vms, await MeasureAsync(options, $"unix:{files.File("api.sock")}", cancel));
        var page = report.Page();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-cli", report, page, cancel)}");
    }

    private static async Task<IReadOnlyList<CliRow>> MeasureAsync(CliOptions options, string server, CancellationToken cancel)
    {
        (string Build, string Program)[] builds = options.Against is { } other ? [(CliReport.Measured, options.Program), (CliReport.Other, other)] : [(CliReport.Measured, options.Program)];
        var starts = builds.SelectMany(_ => Lines, (build, line) => (build.Build, build.Program, Line: line, Measured: new List<CliStart>())).ToList();
        for (var turn = 0; turn < Warmup + options.Starts; turn++)
        {
            foreach (var (_, program, line, measured) in starts)
            {
                string[] arguments = line.AsksServer ? [.. line.Arguments, "--server", server] : line.Arguments;
                var start = await CliStart.MeasureAsync(program, arguments, text => IsRight(text, line.AsksServer, options.Vms), cancel);
                if (turn >= Warmup)
                    measured.Add(start);
            }
        }
        return [.. starts.Select(start => new CliRow(
            start.Build,
            $"orchestrator {string.Join(' ', start.Line.Arguments)}",
            Distribution.Of(start.Measured.Select(measured => measured.Milliseconds)),
            Distribution.Of(start.Measured.Select(measured => measured.CpuMilliseconds))))];
    }

    /// <summary>Each VM is in it; a version is not nothing.</summary>
    private static bool IsRight(string text, bool asksServer, int vms) => asksServer ? text.Split("n0p0-").Length > vms : text.Length > 1;
}
