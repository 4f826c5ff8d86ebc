using Orchestrator.Bench.Fleet.Peers;
using Orchestrator.Bench.Scale.Nodes;
using Orchestrator.Bench.Scale.Peers;

namespace Orchestrator.Bench.Scale.Turns;

/// <summary>Starts nodes over VMs, lets them work and idle, and ends them. Numbers of nodes are added up.</summary>
public sealed class ScaleTurn(ScaleOptions options, FleetDirectory files)
{
    private const string ReadyMetric = "orchestrator_vms";
    private const string ReadyLabel = "agent=\"Ready\"";
    private const string Command = "guest-ping";
    private const int LeastJobs = 5;
    // A node tells the same values again for 0.3 s; and what follows a job's last outcome, such as its acknowledgement, is the job's.
    private static readonly TimeSpan MetricsAge = TimeSpan.FromMilliseconds(600);
    // By then a node has given back the memory that its start took.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Resident memory of as many nodes without a VM, bytes.</summary>
    /// <exception cref="BenchException">They cannot be started.</exception>
    public async Task<long> EmptyBytesAsync(int nodes, CancellationToken cancel)
    {
        var none = Enumerable.Range(0, nodes).Select(node => Directory.CreateDirectory(files.File($"none{node}")).FullName).ToList();
        await using var started = await ScaledNodes.StartAsync(options, none, files, cancel);
        await started.WholeAsync(0, cancel);
        return Bytes(started);
    }

    /// <summary>Measures once.</summary>
    /// <exception cref="BenchException">A VM did not become Ready, or an outcome was no success.</exception>
    public async Task<ScaleSample> RunAsync(int batch, int nodes, int vms, long emptyBytes, CancellationToken cancel)
    {
        await using var emulated = await EmulatedVms.StartAsync(options, vms, nodes, files, cancel);
        var began = TimeProvider.System.GetTimestamp();
        await using var running = await ScaledNodes.StartAsync(options, emulated.Directories, files, cancel);
        try
        {
            await ReadyAsync(running, vms, began, cancel);
            var start = TimeProvider.System.GetElapsedTime(began);
            var ready = Bytes(running);
            await running.WholeAsync(vms, cancel);
            var whole = TimeProvider.System.GetElapsedTime(began);
            var (idle, idleTraffic) = await IdleAsync(running, cancel);
            var rest = Bytes(running);
            await JobsAsync(running, vms, JobsOf(options.Warmup, vms), cancel);
            var traffic = await TrafficAsync(running, cancel);
            var cpu = Cpu(running);
            var jobs = await JobsAsync(running, vms, JobsOf(options.Commands, vms), cancel);
            cpu = Cpu(running) - cpu;
            var jobTraffic = Since(await TrafficAsync(running, cancel), traffic, jobs.Count);
            var after = Bytes(running);
            return new ScaleSample(
                batch, nodes, vms, start.TotalSeconds, whole.TotalSeconds, emptyBytes, ready, rest, after, jobs, cpu.TotalSeconds, idle, emulated.ResidentBytes(), jobTraffic, idleTraffic);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new BenchException($"a node did not answer: {failure.Message}\n{running.LogTails()}");
        }
    }

    private static int JobsOf(int commands, int vms) => Math.Max(LeastJobs, (commands + vms - 1) / vms);

    /// <summary>By the nodes' own count: a list of all VMs would cost them more than the VMs' start.</summary>
    private static async Task ReadyAsync(IScaledNodes nodes, int vms, long began, CancellationToken cancel)
    {
        while (true)
        {
            var counts = await Task.WhenAll(nodes.Apis.Select(async api => MetricsText.Sum(await api.MetricsAsync(cancel), ReadyMetric, ReadyLabel) ?? 0));
            if ((int)counts.Sum() == vms)
                return;
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new BenchException($"after {Patience.TotalSeconds} s {string.Join(" + ", counts)} of {vms} agents are Ready: {nodes.LogTails()}");
            await Task.Delay(Poll, TimeProvider.System, cancel);
        }
    }

    private static async Task<IReadOnlyList<double>> JobsAsync(IScaledNodes nodes, int vms, int count, CancellationToken cancel)
    {
        var walls = new List<double>(count);
        while (walls.Count < count)
        {
            var began = TimeProvider.System.GetTimestamp();
            var tally = await nodes.Apis[0].RunJobAsync(Command, cancel);
            walls.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            if (tally.Outcomes != vms || tally.Succeeded != vms)
                throw new BenchException($"a job on {vms} VMs had {tally.Outcomes} outcomes, {tally.Succeeded} of them Succeeded. {tally.FirstOther}");
        }
        return walls;
    }

    private async Task<(double Cores, NodeTraffic? PerSecond)> IdleAsync(IScaledNodes nodes, CancellationToken cancel)
    {
        await Task.Delay(Rest, TimeProvider.System, cancel);
        var (began, cpu, traffic) = (TimeProvider.System.GetTimestamp(), Cpu(nodes), await TrafficAsync(nodes, cancel));
        await Task.Delay(TimeSpan.FromSeconds(options.Idle), TimeProvider.System, cancel);
        var wall = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        return ((Cpu(nodes) - cpu).TotalSeconds / wall, Since(await TrafficAsync(nodes, cancel), traffic, wall));
    }

    private static async Task<NodeTraffic?> TrafficAsync(IScaledNodes nodes, CancellationToken cancel)
    {
        await Task.Delay(MetricsAge, TimeProvider.System, cancel);
        return NodeTraffic.Of(await Task.WhenAll(nodes.Apis.Select(api => api.MetricsAsync(cancel))));
    }

    private static NodeTraffic? Since(NodeTraffic? now, NodeTraffic? earlier, double by) => now is null || earlier is null ? null : now.Since(earlier, by);

    private static TimeSpan Cpu(IScaledNodes nodes) => nodes.Usages().Aggregate(TimeSpan.Zero, (sum, usage) => sum + usage.Cpu);

    private static long Bytes(IScaledNodes nodes) => nodes.Usages().Sum(usage => usage.ResidentBytes);
}
