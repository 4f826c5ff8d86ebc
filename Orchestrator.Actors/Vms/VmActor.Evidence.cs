using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// Commands that a session has sent that is gone, of this node's life or of the one before: nothing is sent anew that might have run, and the guest
/// is asked for evidence.
/// </summary>
internal sealed partial class VmActor
{
    private readonly HeldInvocations _awaitingEvidence;

    /// <summary>The node was killed: what it had sent is not known.</summary>
    private void Reconcile(Invocation invocation, Reconciliation past)
    {
        invocation.Program = past.Program;
        invocation.EvidenceUntil = Deadline.After(_settings.ReconcileTimeout, _settings.Time);
        TellProgress(invocation, new InvocationProgress(PendingPhase.Reconciling));
        if (invocation.Plan.Route == CommandRoute.Migrate)
            AwaitEvidence(invocation, EvidenceRules.Without(invocation.Plan, null, Reasons.NodeStopped, $"the node was stopped meanwhile, and QEMU told nothing within {_settings.ReconcileTimeout.TotalSeconds:0.#} s: look at 'query-migrate' there"));
        else if (EvidenceRules.StepOf(invocation.Plan, past.Program) == EvidenceStep.GiveUp)
            End(invocation, EvidenceRules.Without(invocation.Plan, null, Reasons.NodeStopped, "the node was stopped when the command may have been under way, and nothing in the guest tells whether it ran: look there before you repeat it"));
        else
            AwaitEvidence(invocation, EvidenceRules.Without(invocation.Plan, past.Program, Reasons.ReconcileTimeout, $"the node was stopped meanwhile, and the VM told nothing within {_settings.ReconcileTimeout.TotalSeconds:0.#} s"));
    }

    /// <summary>A program was started, and its agent's session is gone: the program may well go on.</summary>
    private bool AwaitsEvidence(Invocation invocation, ExecResult.Lost lost)
    {
        if (!_inFlight.Contains(invocation) || lost.Result is not CommandResult.NoReply { Cause: not (NoReplyCause.QueueFull or NoReplyCause.Cancelled) and var cause })
            return false;
        var isFirst = invocation.EvidenceUntil is null;
        // Its own process would tell whether it was restarted, if it had said which it was.
        if (isFirst && cause == NoReplyCause.AgentRestarted && invocation.Program?.Agent is null)
            return false;
        var (remaining, patience) = (invocation.Plan.Deadline.Remaining(_settings.Time), _settings.ReconcileTimeout);
        if (remaining > TimeSpan.Zero)
            invocation.EvidenceUntil = Deadline.After(remaining < patience ? remaining : patience, _settings.Time);
        if (invocation.EvidenceUntil is not { } until || until.Remaining(_settings.Time) == TimeSpan.Zero)
            return false;
        invocation.Program ??= new ExecEvidence(lost.Pid, null);
        if (isFirst)
            TellProgress(invocation, new InvocationProgress(PendingPhase.Reconciling));
        AwaitEvidence(invocation, OutcomeRules.Of(lost, invocation.Plan.Command, _condition));
        return true;
    }

    private void AwaitEvidence(Invocation invocation, Verdict otherwise)
    {
        if (!_awaitingEvidence.TryAdd(new HeldInvocation(invocation, invocation.EvidenceUntil!.Value, otherwise)))
            End(invocation, otherwise);
        AskForEvidence();
        WatchHeld();
    }

    private void AskForEvidence()
    {
        foreach (var held in _awaitingEvidence.All.Where(held => IsReadyToTell(held.Invocation)))
        {
            _awaitingEvidence.Remove(held.Invocation);
            AskForEvidence(held);
        }
    }

    /// <summary>Whether a question has a chance: one to the agent waits for it to synchronize anew, one after a program also for what process it is.</summary>
    private bool IsReadyToTell(Invocation invocation)
    {
        if (invocation.Plan.Route is CommandRoute.Qmp or CommandRoute.Migrate)
            return _condition.Qmp == QmpLink.Online;
        if (_condition.Agent != AgentState.Ready || invocation.AgentChange == _agentChanges)
            return false;
        if (_condition.State is VmState.Paused or VmState.Migrating or VmState.Stopped or VmState.Unresponsive)
            return false;
        if (invocation.Program is not { } program)
            return true;
        if (_condition.Freeze is FreezeState.Frozen or FreezeState.FrozenForeign)
            return false;
        if (program.Agent is null || IsAgentProcessTold)
            return true;
        AskAnyAgentProcess();
        return false;
    }

    private void AskForEvidence(HeldInvocation held)
    {
        var (invocation, program) = (held.Invocation, held.Invocation.Program);
        invocation.AgentChange = _agentChanges;
        switch (EvidenceRules.StepOf(invocation.Plan, program))
        {
            case EvidenceStep.FollowProgram when EvidenceRules.IsOtherProcess(program!, _agentProcess):
                End(invocation, EvidenceRules.Without(invocation.Plan, program, Reasons.AgentRestarted, "the agent that answers now is another process, which does not know it"));
                break;
            case EvidenceStep.FollowProgram:
                NoteProgram(program!.Pid, invocation.Plan.JobId);
                Carry(invocation, turns => ProgramOf(invocation.Plan).FollowAsync(turns, program.Pid));
                break;
            case EvidenceStep.GiveUp when invocation.Plan.Route == CommandRoute.Migrate:
                Deliver(invocation);
                break;
            case EvidenceStep.AskFreezeStatus:
                new AgentChannel(_agent!, _settings.Time).ExecuteAsync(FreezeStatus, _settings.QueryTimeout)
                    .PipeTo(Self, success: status => new VmSignals.FreezeTold(invocation, status));
                break;
            default:
                Deliver(invocation);
                break;
        }
    }

    private void OnFreezeTold(Invocation invocation, CommandResult status)
    {
        if (EvidenceRules.OfFreeze(status) is { } verdict)
            End(invocation, verdict);
        else if (!AwaitsEvidenceAgain(invocation))
            End(invocation, EvidenceRules.Without(invocation.Plan, null, Reasons.ReconcileTimeout, "guest-fsfreeze-status was not answered"));
    }

    /// <summary>The question that was to give evidence found no session either.</summary>
    private bool AwaitsEvidenceAgain(Invocation invocation)
    {
        var plan = invocation.Plan;
        if (plan.Route == CommandRoute.Qmp || !_inFlight.Contains(invocation) || invocation.EvidenceUntil is not { } until || until.Remaining(_settings.Time) == TimeSpan.Zero)
            return false;
        AwaitEvidence(invocation, EvidenceRules.Without(plan, invocation.Program, Reasons.ReconcileTimeout, "the VM told nothing in time"));
        return true;
    }

    private static GuestProgram ProgramOf(JobPlan plan) => plan.Composite as GuestProgram ?? GuestProgram.Of(plan.Command);

    /// <summary>What is asked for evidence has time for its answer, also when the job's own has passed.</summary>
    private Deadline DeadlineOf(Invocation invocation)
    {
        var deadline = invocation.Plan.Deadline;
        if (invocation.EvidenceUntil is null)
            return deadline;
        var least = Deadline.After(_settings.QueryTimeout, _settings.Time);
        return deadline.Timestamp < least.Timestamp && invocation.Program is null ? least : deadline;
    }
}
