using Orchestrator.Actors.Vms;

namespace Orchestrator.Actors.FanOut;

/// <summary>What a job would do, told without asking a VM: from what the inventory shows of each.</summary>
public static class JobForesight
{
    /// <summary>What the VM would answer now.</summary>
    /// <param name="vm">As the inventory shows it.</param>
    /// <param name="spec">The job.</param>
    /// <returns>Where it would stand: <see cref="PendingPhase.Blocked"/> by a reason, ended in a phase for a reason; nothing if the command would be sent.</returns>
    public static (PendingPhase? Pending, Phase? Phase, string? Reason) Of(VmSnapshot vm, JobSpec spec)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(spec);
        var plan = new JobPlan("", spec.Route, spec.Command, default) { Conditions = spec.Conditions };
        return Admission.Decide(ConditionOf(vm), spec.Composite is { } composite ? plan with { Composite = composite } : plan) switch
        {
            Decision.Block block => (PendingPhase.Blocked, null, block.Reason),
            Decision.End end => (null, end.Rejection.Phase, end.Rejection.Reason),
            _ => (null, null, null),
        };
    }

    /// <summary>Where each wave of a job's pace ends in its target list.</summary>
    public static IReadOnlyList<int> WavesOf(JobPace pace, int targets) => PaceWaves.EndsOf(pace, targets);

    private static VmCondition ConditionOf(VmSnapshot vm) => new()
    {
        Qmp = vm.State switch
        {
            VmState.Connecting => QmpLink.Connecting,
            VmState.Unresponsive => QmpLink.Silent,
            VmState.Unreachable => QmpLink.Down,
            _ => QmpLink.Online,
        },
        QmpMessage = vm.Message,
        RunState = vm.RunState,
        Agent = vm.Agent,
        AgentMessage = vm.Message,
    };
}
