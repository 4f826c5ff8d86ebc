using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>Invocations that the VM cannot take now and whose policy is to wait: decided again whenever the condition has changed.</summary>
internal sealed partial class VmActor
{
    private readonly HeldInvocations _blocked;
    private bool _isReconsiderationDue;
    private int _agentChanges;

    private void Block(Invocation invocation, Decision.Block why)
    {
        var (delivery, deadline) = (invocation.Plan.Delivery ?? invocation.Plan.Deadline, invocation.Plan.Deadline);
        var held = new HeldInvocation(invocation, delivery.Timestamp < deadline.Timestamp ? delivery : deadline, OverdueOf(why));
        if (held.Until.Remaining(_settings.Time) == TimeSpan.Zero)
            End(invocation, held.End);
        else if (!_blocked.TryAdd(held))
            End(invocation, OutcomeRules.Of(new Rejection(Phase.Undelivered, Reasons.VmBusy, $"{_settings.MaxHeldInvocations} commands already wait for this VM: {why.Message}")));
        else
            TellProgress(invocation, new InvocationProgress(PendingPhase.Blocked, why.Reason));
        WatchHeld();
    }

    private static Verdict OverdueOf(Decision.Block why) => new(Phase.Undelivered, why.Reason, Effect.None, $"{why.Message}; it waited until its delivery deadline");

    private bool Unblock(Invocation invocation) => _blocked.Remove(invocation);

    /// <summary>After the message that is dealt with now: all that it changes is then known.</summary>
    private void ReconsiderLater()
    {
        if (_isReconsiderationDue || _blocked.Count + _awaitingEvidence.Count == 0)
            return;
        _isReconsiderationDue = true;
        Self.Tell(VmSignals.ReconsiderationDue.Instance);
    }

    private void Reconsider()
    {
        _isReconsiderationDue = false;
        AskForEvidence();
        foreach (var held in _blocked.All)
            Reconsider(held);
        WatchHeld();
    }

    private void Reconsider(HeldInvocation held)
    {
        switch (Admission.Decide(_condition, held.Invocation.Plan))
        {
            case Decision.Block block:
                if (block.Reason != held.End.Reason)
                    TellProgress(held.Invocation, new InvocationProgress(PendingPhase.Blocked, block.Reason));
                _blocked.Replace(held, held with { End = OverdueOf(block) });
                break;
            case Decision.End end:
                _blocked.Remove(held.Invocation);
                End(held.Invocation, OutcomeRules.Of(end.Rejection));
                break;
            default:
                _blocked.Remove(held.Invocation);
                TellProgress(held.Invocation, new InvocationProgress(PendingPhase.Dispatched));
                Deliver(held.Invocation);
                break;
        }
    }

    /// <summary>Provably unsent, because the session was not there or ended.</summary>
    private static bool IsForWaiting(CommandResult result) =>
        result is CommandResult.NoReply { Written: false, Cause: NoReplyCause.NotReady or NoReplyCause.ConnectionLost or NoReplyCause.AgentRestarted };

    /// <summary>
    /// What was let pass and then found no session waits like what was not let pass. The session's end may not be known here yet, and may have
    /// been followed by a new session already.
    /// </summary>
    private bool AwaitsSession(Invocation invocation, Verdict unsent)
    {
        var plan = invocation.Plan;
        if (!_inFlight.Contains(invocation) || invocation.EvidenceUntil is not null || plan.Composite is not (null or GuestProgram) || !Admission.WaitsFor(unsent, plan))
            return false;
        if (Admission.Decide(_condition, plan) is Decision.Send && invocation.AgentChange == _agentChanges)
            Block(invocation, new Decision.Block(unsent.Reason!, unsent.Message!));
        else
            Decide(invocation);
        return true;
    }

    private void EndAllBlocked()
    {
        foreach (var held in _blocked.All)
        {
            _blocked.Remove(held.Invocation);
            End(held.Invocation, OutcomeRules.Of(new Rejection(Phase.Undelivered, Reasons.VmNotFound, $"the VM left while the command waited for it ({held.End.Reason})")));
        }
    }

    private void OnHeldDue()
    {
        foreach (var held in _blocked.TakeOverdue().Concat(_awaitingEvidence.TakeOverdue()))
            End(held.Invocation, held.End);
        WatchHeld();
    }

    /// <summary>One timer for all that wait.</summary>
    private void WatchHeld()
    {
        TimeSpan?[] waits = [_blocked.Next, _awaitingEvidence.Next];
        if (waits.Min() is { } next)
            Timers.StartSingleTimer(HeldTimer, VmSignals.HeldDue.Instance, next);
        else
            Timers.Cancel(HeldTimer);
    }
}
