using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Composites;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>Invocations, from admission to their one outcome.</summary>
internal sealed partial class VmActor
{
    private static readonly EncodedCommand FreezeStatus = EncodedCommand.ForGuest("guest-fsfreeze-status");

    private readonly List<(Invocation Invocation, CommandResult Silence)> _unexplained = [];

    private void OnInvocation(Invocation invocation)
    {
        invocation.AcceptedAt = _settings.Time.GetTimestamp();
        _inFlight.Add(invocation);
        // Those that wait have come before.
        if (_isReconsiderationDue)
            Reconsider();
        if (invocation.Reconciliation is not null && IsForAnother(invocation))
            End(invocation, EvidenceRules.Without(invocation.Plan, invocation.Reconciliation.Program, Reasons.VmLost, "another VM has its name now"));
        else if (invocation.Reconciliation is { } past)
            Reconcile(invocation, past);
        else
            Decide(invocation);
    }

    private void Decide(Invocation invocation)
    {
        if (IsForAnother(invocation))
        {
            End(invocation, new Verdict(Phase.Undelivered, Reasons.VmNotFound, Effect.None, "another VM has its name now"));
            return;
        }
        switch (Admission.Decide(_condition, invocation.Plan))
        {
            case Decision.Block block:
                Block(invocation, block);
                break;
            case Decision.End end:
                End(invocation, OutcomeRules.Of(end.Rejection));
                break;
            default:
                Deliver(invocation);
                break;
        }
    }

    /// <summary>An identity that is not told yet is any.</summary>
    private bool IsForAnother(Invocation invocation) =>
        invocation.Identity.Length > 0 && _snapshot.Id is { } id && TargetList.IdentityOf(id) != invocation.Identity;

    private void Deliver(Invocation invocation)
    {
        var plan = invocation.Plan;
        invocation.AgentChange = _agentChanges;
        if (plan.Route == CommandRoute.Qmp)
            CheckAndSend(invocation);
        else if (plan.Route == CommandRoute.Migrate)
            Migrate(invocation);
        else if (plan.Composite is { } composite)
            Carry(invocation, composite.RunAsync);
        else
            SendToAgent(invocation);
    }

    private void Migrate(Invocation invocation)
    {
        if (_settings.Migrations is { } migrations)
            migrations.Tell(new DriveCommands.Begin(invocation, _snapshot));
        else
            End(invocation, new Verdict(Phase.Refused, Reasons.Unsupported, Effect.None, "VMs cannot be migrated from here"));
    }

    private void SendToAgent(Invocation invocation)
    {
        var plan = invocation.Plan;
        NoteAskedProgram(plan.Command);
        _agent!.Tell(new AgentCommands.Execute(plan.Command, DeadlineOf(invocation), invocation) { First = CommandKinds.Of(plan.Command) == CommandKind.Thaw });
    }

    private void Carry(Invocation invocation, Func<AgentTurns, Task<CompositeResult>> run)
    {
        var self = Self;
        invocation.Channel = new AgentChannel(_agent!, _settings.Time, invocation.Span);
        var turns = new AgentTurns(invocation.Channel, DeadlineOf(invocation).Remaining(_settings.Time), _settings.Time)
        {
            OnStarted = pid => self.Tell(new VmSignals.ProgramStarted(invocation, pid)),
        };
        run(turns).PipeTo(self, success: result => new VmSignals.CompositeEnded(invocation, result));
    }

    private void OnCompositeEnded(Invocation invocation, CompositeResult result)
    {
        LeaveIfRunning(result);
        if (result is CompositeResult.Ended { Partial: null, Result: var first })
            OnReplied(invocation, first);
        else if (result is CompositeResult.Ran { Program: ExecResult.NotStarted start })
            OnReplied(invocation, start.Result);
        else if (result is not CompositeResult.Ran { Program: ExecResult.Lost lost } || !AwaitsEvidence(invocation, lost))
            End(invocation, OutcomeRules.Of(result, invocation.Plan, _condition));
    }

    private void OnReplied(Invocation invocation, CommandResult result)
    {
        var command = invocation.Plan.Command;
        NoteFreezeNews(command, result);
        if (invocation.Plan.Composite is null)
            NoteRaw(command, invocation.Plan.JobId, result);
        if (AwaitsMigrated(invocation, result))
            return;
        if (!command.SuccessResponse && result is CommandResult.NoReply { Written: true } && AwaitsEvent(invocation, result))
            return;
        if (AwaitsExplanation(command, result))
        {
            _unexplained.Add((invocation, result));
            return;
        }
        if (MayBeFrozen(command, result))
        {
            AskWhetherFrozen(invocation, result);
            return;
        }
        var verdict = OutcomeRules.Of(IsQuit(command, result) ? EncodedCommand.EmptyReturn : result, command, _condition);
        if (!IsForWaiting(result) || !(AwaitsEvidenceAgain(invocation) || AwaitsSession(invocation, verdict)))
            End(invocation, verdict);
    }

    /// <summary>The agent's deadline may pass before QEMU's, which began later: the reason waits for it, at most <see cref="VmSettings.ProbeTimeout"/>.</summary>
    private bool AwaitsExplanation(EncodedCommand command, CommandResult result) =>
        _explanation is not null && command.FromGuest && result is CommandResult.NoReply { Cause: NoReplyCause.DeadlinePassed or NoReplyCause.NotReady };

    private void AskWhetherFrozen(Invocation invocation, CommandResult refusal) =>
        new AgentChannel(_agent!, _settings.Time).ExecuteAsync(FreezeStatus, invocation.Plan.Deadline.Remaining(_settings.Time))
            .PipeTo(Self, success: freeze => new VmSignals.FreezeAnswered(invocation, refusal, freeze));

    /// <summary>The agent has the command and says CommandNotFound: it is disabled, or the guest is frozen; the agent itself tells which.</summary>
    private bool MayBeFrozen(EncodedCommand command, CommandResult result) =>
        command.FromGuest && command.Name != FreezeStatus.Name && result is CommandResult.Refused { Error.Class: "CommandNotFound" }
        && (command.IsComposite || _condition.Capabilities?.Of(command.Name) != AgentCapability.Unknown);

    private void OnFreezeAnswered(VmSignals.FreezeAnswered answered)
    {
        var invocation = answered.Invocation;
        var verdict = OutcomeRules.Of(answered.Refusal, invocation.Plan.Command, _condition);
        if (GuestIdentity.IsFrozen(answered.Freeze) && _condition.Freeze == FreezeState.Thawed)
            AskFreezeStatus();
        if (!GuestIdentity.IsFrozen(answered.Freeze))
            End(invocation, verdict);
        else if (_inFlight.Contains(invocation) && Admission.Decide(_condition, invocation.Plan) is Decision.Block block)
            Block(invocation, block);
        else
            End(invocation, verdict with { Reason = Reasons.AgentFrozen, Message = "the guest's filesystems are frozen: thaw them first (guest-fsfreeze-thaw)" });
    }

    /// <summary><c>quit</c> ends QEMU before or after its answer: the end of the connection is its success.</summary>
    private static bool IsQuit(EncodedCommand command, CommandResult result) =>
        command is { Name: "quit", FromGuest: false } && result is CommandResult.NoReply { Cause: NoReplyCause.ConnectionLost, Written: true };

    /// <summary>A command that does not answer success lost its channel, as it must when it succeeds: the event decides.</summary>
    private bool AwaitsEvent(Invocation invocation, CommandResult result)
    {
        var remaining = invocation.Plan.Deadline.Remaining(_settings.Time);
        if (_power.IsProved(invocation))
        {
            End(invocation, OutcomeRules.Of(EncodedCommand.EmptyReturn, invocation.Plan.Command, _condition));
            return true;
        }
        if (result is CommandResult.NoReply { Cause: NoReplyCause.DeadlinePassed } || remaining == TimeSpan.Zero)
            return false;
        _power.Hold(invocation);
        Timers.StartSingleTimer(invocation, new VmSignals.EventOverdue(invocation), remaining);
        return true;
    }

    private void ProvePower(QmpEvent happened)
    {
        foreach (var invocation in _power.Note(happened, _settings.Time.GetTimestamp()))
            End(invocation, OutcomeRules.Of(EncodedCommand.EmptyReturn, invocation.Plan.Command, _condition));
        if (PowerWatch.IsEndOfGuest(happened))
            _agent?.Tell(AgentCommands.Confirm.Instance);
    }

    private void OnEventOverdue(Invocation invocation)
    {
        if (_power.Release(invocation))
            End(invocation, new Verdict(Phase.Unknown, Reasons.AgentRestarted, Effect.Unknown, "the agent's channel was cut and no event of QEMU's told of the command's success"));
    }

    private void End(Invocation invocation, Verdict verdict)
    {
        if (!_inFlight.Remove(invocation))
            return;
        _power.Release(invocation);
        Timers.Cancel(invocation);
        SuspectRestart(invocation, verdict);
        if (invocation.EvidenceUntil is not null)
            verdict = EvidenceRules.OfRepetition(verdict, invocation.Plan, invocation.Program);
        if (verdict.Phase == Phase.Unknown)
            _unknown.Note(invocation);
        invocation.ReplyTo.Tell(new FanOutEvents.InvocationEnded(invocation, OutcomeOf(invocation, verdict)));
        HandOverIfDrained();
    }

    private Outcome OutcomeOf(Invocation invocation, Verdict verdict) => new()
    {
        Vm = _snapshot.Id,
        Name = _spec.Name,
        Host = _environment.Host,
        Phase = verdict.Phase,
        Reason = verdict.Reason,
        Effect = verdict.Effect,
        Elapsed = _settings.Time.GetElapsedTime(invocation.AcceptedAt),
        Result = verdict.Result,
        Error = verdict.Error,
        Message = verdict.Message,
        Exec = verdict.Exec,
    };

    private void TellProgress(Invocation invocation, InvocationProgress progress)
    {
        if (invocation.Span is { } span)
            FanOutSpans.Note(span, progress);
        if (invocation.TellsProgress)
            invocation.ReplyTo.Tell(new FanOutEvents.InvocationProgressed(invocation, progress));
    }

    /// <summary>The VM is gone from here. What it was asked and has not answered is not known, except where QEMU's end is what was asked for.</summary>
    private void EndAllInFlight()
    {
        EndAllBlocked();
        foreach (var invocation in _inFlight.ToArray())
        {
            var proved = invocation.Plan.Command is { Name: "quit", FromGuest: false } || (!invocation.Plan.Command.SuccessResponse && _power.IsProved(invocation));
            var written = !_awaitingVocabulary.Contains(invocation);
            if (invocation.Program is not null || invocation.EvidenceUntil is not null)
                End(invocation, EvidenceRules.Without(invocation.Plan, invocation.Program, Reasons.VmLost, "the VM disappeared"));
            else
                End(invocation, OutcomeRules.Of(proved && written ? EncodedCommand.EmptyReturn : Gone(written), invocation.Plan.Command, _condition with { Qmp = QmpLink.Down }));
        }
    }

    private static CommandResult Gone(bool written) => new CommandResult.NoReply(NoReplyCause.ConnectionLost, written, "the VM disappeared before the answer");
}
