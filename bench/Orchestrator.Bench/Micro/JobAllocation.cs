using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Micro.Results;
using Orchestrator.Bench.Scale;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Scale.Peers;

namespace Orchestrator.Bench.Micro;

/// <summary>
/// What a whole node allocates for a command of a job, from the request to the last line of its answer: by the runtime's own count, in the published
/// program, over emulated VMs.
/// </summary>
public static class JobAllocation
{
    /// <summary>What the budget calls it.</summary>
    public const string Name = "Job.Command";

    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";
    private const string Ready = "orchestrator_vms";
    private const string ReadyLabel = "agent=\"Ready\"";
    private const string Command = "guest-ping";
    private const int Vms = 500;
    private const int Warmup = 20;
    private const int Jobs = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    // A node tells the same values again for 0.3 s.
    private static readonly TimeSpan MetricsAge = TimeSpan.FromMilliseconds(600);

    /// <summary>Measures 20,000 commands.</summary>
    /// <exception cref="BenchException">The program cannot be started, or a command did not succeed.</exception>
    public static async Task<MicroRow> MeasureAsync(string program, CancellationToken cancel)
    {
        using var files = FleetDirectory.Create();
        var options = new ScaleOptions { Program = program };
        await using var emulated = await EmulatedVms.StartAsync(options, Vms, 1, files, cancel);
        await using var node = await SingleNode.StartAsync(options, emulated.Directories[0], files, cancel);
        await ReadyAsync(node, cancel);
        await JobsAsync(node, Warmup, cancel);
        var before = await AllocatedAsync(node, cancel);
        await JobsAsync(node, Jobs, cancel);
        var allocated = await AllocatedAsync(node, cancel) - before;
        return new MicroRow(Name, 0, 0, (long)(allocated / (Jobs * Vms)), null);
    }

    private static async Task ReadyAsync(SingleNode node, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (MetricsText.Sum(await node.Apis[0].MetricsAsync(cancel), Ready, ReadyLabel) != Vms)
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"not all of {Vms} agents are Ready after {Patience.TotalSeconds} s: {node.LogTails()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }

    private static async Task JobsAsync(SingleNode node, int count, CancellationToken cancel)
    {
        for (var job = 0; job < count; job++)
        {
            var tally = await node.Apis[0].RunJobAsync(Command, cancel);
            if (tally.Succeeded != Vms)
                throw new BenchException($"a job on {Vms} VMs had {tally.Outcomes} outcomes, {tally.Succeeded} of them Succeeded. {tally.FirstOther}");
        }
    }

    private static async Task<double> AllocatedAsync(SingleNode node, CancellationToken cancel)
    {
        await Task.Delay(MetricsAge, TimeProvider.System, cancel);
        return MetricsText.Sum(await node.Apis[0].MetricsAsync(cancel), Allocated) ?? throw new BenchException($"the node has no metric {Allocated}");
    }
}
