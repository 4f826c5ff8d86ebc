using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.Controllers.Shipped;

/// <summary>Whether a VM's agent can be spoken to, as far as the inventory tells. Pure.</summary>
internal static class VmReadiness
{
    /// <summary>It runs, its agent answers, and it is not frozen.</summary>
    public static bool IsReady(VmSnapshot vm) => vm is { State: VmState.Running, Agent: AgentState.Ready, Freeze: FreezeState.Thawed };

    /// <summary>The one to speak to, of those with the same identity: during a migration there are two.</summary>
    public static VmSnapshot? ReadyOne(IReadOnlyList<VmSnapshot> vms) => vms.FirstOrDefault(IsReady);

    /// <summary>What the agent says of its version: what an agent lacks, it lacks until it is another one.</summary>
    public static string AgentVersion(VmSnapshot vm) => vm.Guest?.AgentVersion ?? vm.Facts.GetValueOrDefault("agent.version") ?? "";
}
