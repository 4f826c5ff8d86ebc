using Orchestrator.Bench.Scale.Nodes;

namespace Orchestrator.Bench.Scale.Turns;

/// <summary>One turn: nodes that were started over VMs, worked and idled.</summary>
/// <param name="Batch">Which batch, from 1 up.</param>
/// <param name="Nodes">How many shared the VMs.</param>
/// <param name="Vms">All of them.</param>
/// <param name="StartSeconds">From the start of the nodes' processes until every agent was Ready.</param>
/// <param name="WholeSeconds">The same until every node knew all VMs, every duty was done and none had moved for 6 s; of one node alone, StartSeconds.</param>
/// <param name="EmptyBytes">Resident memory of as many nodes without a VM, in the same batch.</param>
/// <param name="ReadyBytes">Resident memory of all nodes then.</param>
/// <param name="RestBytes">The same after idling: a node gives back at rest what its start has taken.</param>
/// <param name="AfterBytes">The same after the jobs, which a node remembers.</param>
/// <param name="JobSeconds">Wall time of each measured job, from the request to the last outcome.</param>
/// <param name="JobCpuSeconds">CPU time of all nodes in those.</param>
/// <param name="IdleCores">CPU time of all nodes while nothing happened, over the wall time.</param>
/// <param name="EmulatorBytes">Resident memory of the emulators.</param>
/// <param name="JobTraffic">What nodes sent each other per job, if they sent anything.</param>
/// <param name="IdleTraffic">The same while nothing happened, per second.</param>
public sealed record ScaleSample(
    int Batch, int Nodes, int Vms, double StartSeconds, double WholeSeconds, long EmptyBytes, long ReadyBytes, long RestBytes, long AfterBytes,
    IReadOnlyList<double> JobSeconds, double JobCpuSeconds, double IdleCores, long EmulatorBytes, NodeTraffic? JobTraffic, NodeTraffic? IdleTraffic)
{
    /// <summary>Commands of the measured jobs.</summary>
    public long Commands => (long)Vms * JobSeconds.Count;

    /// <summary>CPU time of all nodes per command, µs.</summary>
    public double CpuMicroseconds => JobCpuSeconds * 1e6 / Commands;

    /// <summary>What a VM adds to the nodes' memory when it is Ready, KiB.</summary>
    public double ReadyKiBPerVm => (ReadyBytes - EmptyBytes) / 1024.0 / Vms;

    /// <summary>The same after idling.</summary>
    public double RestKiBPerVm => (RestBytes - EmptyBytes) / 1024.0 / Vms;

    /// <summary>The same after the jobs.</summary>
    public double AfterKiBPerVm => (AfterBytes - EmptyBytes) / 1024.0 / Vms;

    /// <summary>Starting, per VM, ms.</summary>
    public double StartMillisecondsPerVm => StartSeconds * 1000 / Vms;
}
