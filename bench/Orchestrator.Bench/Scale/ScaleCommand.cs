using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Scale.Results;
using Orchestrator.Bench.Scale.Turns;

namespace Orchestrator.Bench.Scale;

/// <summary>
/// <c>scale</c>: what a VM costs a node, with few VMs and with many. Numbers alternate within a batch, and each is compared with its own batch's smallest,
/// so that a disturbance hits both.
/// </summary>
public static class ScaleCommand
{
    /// <summary>Runs the benchmark and writes its results. Ends everything that it has started, however it ends.</summary>
    /// <exception cref="BenchException">Something needed is missing or failed, or the fleet does not fit this machine.</exception>
    public static async Task RunAsync(ScaleOptions options, TextWriter output, CancellationToken cancel)
    {
        var machine = Machine.Describe();
        var sizes = ScaleLimits.Choose(options);
        using var files = FleetDirectory.Create();
        var turn = new ScaleTurn(options, files);
        var samples = new List<ScaleSample>();
        for (var batch = 1; batch <= options.Batches; batch++)
        {
            foreach (var nodes in options.Nodes)
            {
                var empty = await turn.EmptyBytesAsync(nodes, cancel);
                foreach (var vms in sizes)
                {
                    var sample = await turn.RunAsync(batch, nodes, vms, empty, cancel);
                    samples.Add(sample);
                    output.WriteLine($"{batch}/{options.Batches}  {nodes} nodes {vms,6} VMs  ready in {sample.StartSeconds,6:N2} s  {sample.ReadyKiBPerVm,6:N1} KiB a VM  {sample.CpuMicroseconds,6:N1} µs a command  {sample.IdleCores,6:N3} cores idle");
                }
            }
        }

        var report = ScaleReport.Of(options, machine, samples);
        var page = ScalePage.Of(report);
        output.WriteLine();
        output.Write(page);
        output.WriteLine($"kept in {await ReportFiles.WriteAsync(options.Results, $"{report.Date}-scale-{sizes[^1]}", report, page, cancel)}");
    }
}
