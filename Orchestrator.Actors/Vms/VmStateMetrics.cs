using System.Diagnostics.Metrics;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Vms;

/// <summary>What is measured of the node's own VMs.</summary>
internal static class VmStateMetrics
{
    private static readonly VmState[] States = Enum.GetValues<VmState>();
    private static readonly AgentState[] Agents = Enum.GetValues<AgentState>();
    private static readonly long[] Vms = new long[States.Length * Agents.Length];

    static VmStateMetrics() =>
        ProductMeter.Instance.CreateObservableUpDownCounter("orchestrator.vms", Measure, "{vm}", "VMs of this node, by what they and their agents are doing.");

    /// <summary>A VM's actor has a VM, or sees it change.</summary>
    /// <param name="before">As it was counted; <see langword="null"/> if it was not.</param>
    /// <param name="now">As it is; <see langword="null"/> if it left.</param>
    public static void Count(VmSnapshot? before, VmSnapshot? now)
    {
        if (before is not null)
            Interlocked.Decrement(ref Vms[PlaceOf(before)]);
        if (now is not null)
            Interlocked.Increment(ref Vms[PlaceOf(now)]);
    }

    /// <summary>How many VMs are counted as such.</summary>
    public static long Of(VmState state, AgentState agent) => Interlocked.Read(ref Vms[((int)state * Agents.Length) + (int)agent]);

    private static int PlaceOf(VmSnapshot vm) => ((int)vm.State * Agents.Length) + (int)vm.Agent;

    private static IEnumerable<Measurement<long>> Measure() =>
        from state in States
        from agent in Agents
        select new Measurement<long>(Of(state, agent), KeyValuePair.Create("state", (object?)state.ToString()), KeyValuePair.Create("agent", (object?)agent.ToString()));
}
