using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// Live migrations, whoever drives them: the VM is one and stays what it is, its QEMUs are two for a while. All that is known of it, waits for it or is
/// under way goes along; only the sessions are others after it.
/// </summary>
internal sealed partial class VmActor
{
    private const string MigrationPollTimer = "migration-poll";
    private const string UnseenTimer = "unseen-destination";
    private const string RevealTimer = "reveal";

    private readonly List<MigrationSide> _sides = [];
    private VmSpec _spec;
    private VmSpec _place;
    private string? _lastRunState;
    private string? _migrationStatus;
    private bool _isHidden;
    private bool _awaitsUnseen;
    private bool _isMigrationDue;
    private bool _isHeldBack;
    private bool _isMovePending;
    private bool _hasTakenOver;
    private bool _comparesAgent;
    private bool _awaitsPortOfArrival;
    private int _sessions;

    private IEnumerable<MigrationSide> Destinations => _sides.Where(side => side is { IsFenced: false, Attachment: > 0 });

    private QemuView SourceView => new(_condition.Qmp is QmpLink.Online or QmpLink.Silent, _condition.RunState ?? _lastRunState, _migrationStatus);

    private bool OnMigration(object message)
    {
        switch (message)
        {
            case QmpEvents.Attached or QmpEvents.Detached or QmpEvents.Happened when !Sender.Equals(_qmp):
                if (_sides.Find(side => side.Qmp.Equals(Sender)) is { } side)
                    OnSide(side, message);
                break;
            case MigrationCommands.Join join:
                OnJoin(join);
                break;
            case MigrationCommands.Reveal:
                Reveal();
                break;
            case MigrationCommands.Leave leave:
                OnLeave(leave.Side);
                break;
            case MigrationSignals.SideTold told:
                OnSideTold(told);
                break;
            case MigrationSignals.StatusTold told when told.Attachment == _attachment:
                _migrationStatus = told.Status;
                ConsiderMigration();
                break;
            case MigrationSignals.Due:
                _isMigrationDue = false;
                ConsiderMigration();
                break;
            case MigrationSignals.PollDue:
                PollMigration();
                break;
            case MigrationSignals.UnseenOverdue:
                _awaitsUnseen = false;
                ConsiderMigration();
                break;
            default:
                return false;
        }
        return true;
    }

    private void TellInventory()
    {
        if (!_isHidden)
            _environment.Inventory.Tell(new VmEvents.Changed(_snapshot));
    }

    private void Reveal()
    {
        if (!_isHidden)
            return;
        _isHidden = false;
        Timers.Cancel(RevealTimer);
        TellInventory();
    }

    /// <summary>One that was never reached may be a QEMU that is starting.</summary>
    private void RevealUnreachable()
    {
        if (_isHidden && _attachment == 0)
            Timers.StartSingleTimer(RevealTimer, MigrationCommands.Reveal.Instance, _settings.StartPatience - _settings.Time.GetElapsedTime(_startedAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1));
        else
            Reveal();
    }

    /// <summary>The guest may leave for a QEMU that nobody has seen yet: it is awaited for a while, and with it what is asked of the guest.</summary>
    private void OnRunState()
    {
        TellHost(_uuid, _condition.RunState);
        var isLeft = _condition.RunState == "postmigrate" && _sides.Count == 0;
        if (isLeft == _awaitsUnseen)
            return;
        _awaitsUnseen = isLeft;
        if (isLeft)
            Timers.StartSingleTimer(UnseenTimer, MigrationSignals.UnseenOverdue.Instance, _settings.UnseenDestination);
        else
            Timers.Cancel(UnseenTimer);
    }

    /// <summary>Both are asked: events may not have been sent, or not seen.</summary>
    private void PollMigration()
    {
        if (_lastAnswered == _lastQuestion)
            AskStatus(_settings.QueryTimeout);
        foreach (var side in Destinations.Where(side => side.Greeting is not null))
            AskSide(side);
        if (_condition.Qmp == QmpLink.Online && Destinations.Any())
        {
            var attachment = _attachment;
            MigrationQuestions.StatusAsync(QmpChannel, _settings.QueryTimeout).PipeTo(Self, success: status => new MigrationSignals.StatusTold(attachment, status));
        }
        WatchMigration();
    }

    private void WatchMigration()
    {
        if (!Destinations.Any() && _condition.RunState != "finish-migrate")
            Timers.Cancel(MigrationPollTimer);
        else if (!Timers.IsTimerActive(MigrationPollTimer))
            Timers.StartSingleTimer(MigrationPollTimer, MigrationSignals.PollDue.Instance, _condition.IsSwitching ? _settings.SwitchoverPoll : _settings.MigrationPoll);
    }

    /// <summary>After the message that is dealt with now: all that it changes is then known.</summary>
    private void ConsiderMigrationLater()
    {
        if (_isMigrationDue || (_sides.Count == 0 && !_isHeldBack && _condition.State != VmState.Migrating && !_isMovePending))
            return;
        _isMigrationDue = true;
        Self.Tell(MigrationSignals.Due.Instance);
    }

    private void ConsiderMigration()
    {
        if (MigrationRules.GoesOn(SourceView) && Destinations.FirstOrDefault(side => side.Greeting is null && side.AskedAtLoss <= _lastAnswered) is { } gone)
        {
            Release(gone);
            return;
        }
        // A migration back that was over before it was seen to begin.
        if (MigrationRules.HasGivenUp(SourceView) && _sides.Find(side => side.HasReturned) is { } returned)
            OnDestination(returned);
        if (Destinations.FirstOrDefault(side => MigrationRules.IsArrived(SourceView, side.View)) is { } arrived)
            TakeOver(arrived);
        if (_isMovePending && _condition.State == VmState.Running)
            MoveAgent();
        // Where it came from it may go, and go so quickly that nobody has seen who awaits it.
        var isSwitching = (_sides.Count > 0 || _awaitsUnseen) && MigrationRules.IsSwitching(SourceView, _condition.Migration == MigrationStage.Switchover);
        var isCopying = Destinations.Any() && MigrationRules.IsCopying(SourceView, _condition.Migration);
        Apply(_condition with { HasDestination = _sides.Count > 0, IsSwitching = isSwitching, IsCopying = isCopying });
        HoldBack(isSwitching || _isMovePending || _condition.State == VmState.Migrating || _condition.Migration == MigrationStage.Switchover);
        ShowMigration();
        WatchMigration();
    }

    private void HoldBack(bool holds)
    {
        if (_isHeldBack == holds)
            return;
        _isHeldBack = holds;
        _agent?.Tell(new AgentCommands.HoldBack(holds));
        if (holds)
            Timers.Cancel(MigrationPollTimer);
    }

    private void ShowMigration()
    {
        var shown = MigrationNow();
        if (shown == _snapshot.Migration)
            return;
        var before = _snapshot.Migration;
        Show(_snapshot with { Migration = shown });
        // What had happened before this actor began was told then.
        var isOld = before is null && shown is { Phase: MigrationPhase.Completed } && !_hasTakenOver;
        if (!isOld && MigrationWire.EventOf(before, shown) is var (name, data))
            PublishToLog(name, data, Provenance.Host, Now);
        if (!Destinations.Any() && !_isMovePending)
            _agent?.Tell(AgentCommands.Forgo.Instance);
    }

    private VmMigration? MigrationNow()
    {
        var known = Destinations.ToArray();
        if ((known.FirstOrDefault(side => side.RunState is not null) ?? known.FirstOrDefault()) is { } destination)
            return new VmMigration(MigrationRules.PhaseOf(SourceView, _condition.Migration, destination.View), _place.Name, destination.Spec.Name) { To = destination.Spec.LentBy };
        return _sides.Find(side => side is { Greeting: not null, RunState: not null }) is { } source
            ? new VmMigration(MigrationRules.HasGuest(source.RunState) ? MigrationPhase.Conflict : MigrationPhase.Completed, source.Spec.Name, _place.Name) { To = _place.LentBy }
            : null;
    }

    /// <summary>The guest has arrived: the other QEMU is what is served from here on, and the one until now is fenced.</summary>
    private void TakeOver(MigrationSide side)
    {
        var source = new MigrationSide(_place, _qmp) { IsFenced = true, Attachment = _attachment, FencedAt = _attachment, Greeting = SourceView.IsOnline ? _greeting : null, RunState = SourceView.RunState };
        _sides.Remove(side);
        _sides.Add(source);
        (_qmp, _place) = (side.Qmp, side.Spec);
        _spec = _spec with { Qmp = side.Spec.Qmp, Agent = side.Spec.Agent, AgentSocket = side.Spec.AgentSocket, LentBy = side.Spec.LentBy };
        (_migrationStatus, _lastRunState) = (null, side.RunState);
        Timers.Cancel(ProbeTimer);
        Timers.Cancel(PortPollTimer);
        _awaitsPortOfArrival = !side.HasToldPort;
        _condition = _condition with { RunState = side.RunState, Migration = MigrationStage.None, HasDestination = false, IsSwitching = false, IsCopying = false };
        Become(Attached);
        OnAttached(side.Greeting!);
        ExplainSilence(_explanation);
        Context.Parent.Tell(new MigrationEvents.Moved(side.Spec.Name));
        Show(_snapshot with { Place = _place.Name == _spec.Name ? null : _place.Name });
        (_isMovePending, _hasTakenOver) = (true, true);
        WatchQuiet();
        ShowMigration();
        foreach (var happened in side.TakeWithheld())
            PublishQmp(happened);
    }

    /// <summary>A guest that does not run answers nothing: its agent's channel is another when it runs.</summary>
    private void MoveAgent()
    {
        _isMovePending = false;
        (_isHeldBack, _comparesAgent) = (false, true);
        if (_agent is not null && _spec.Agent is { } endpoint)
            _agent.Tell(new AgentCommands.Move(endpoint));
        else if (_spec.Agent is { } first)
            _agent = Context.ActorOf(AgentSessionActor.PropsFor(first, _settings), $"agent-{++_sessions}");
        else if (_agent is not null)
        {
            Context.Stop(_agent);
            _agent = null;
            Apply(_condition with { Agent = AgentState.None, AgentMessage = null });
        }
    }

    /// <summary>The event of the agent's port that every arrival brings is no restart of the agent.</summary>
    private bool IsPortOfArrival()
    {
        var isOfArrival = _awaitsPortOfArrival;
        _awaitsPortOfArrival = false;
        return isOfArrival;
    }

    /// <summary>The agent answers at the destination: it is asked whether it is the process that it was.</summary>
    private void CompareAgent()
    {
        if (!_comparesAgent)
            return;
        _comparesAgent = false;
        _asksAgain = _asksAgentProcess;
        AskAnyAgentProcess();
    }

    /// <summary>The guest was migrated while its answer was due: it is asked for evidence at the destination, and what only reads is asked again.</summary>
    private bool AwaitsMigrated(Invocation invocation, CommandResult result)
    {
        var plan = invocation.Plan;
        if (result is not CommandResult.NoReply { Written: true, Cause: NoReplyCause.Migrated } || !plan.Command.SuccessResponse || !_inFlight.Contains(invocation))
            return false;
        var otherwise = EvidenceRules.Without(plan, invocation.Program, Reasons.ReplyLost, "the guest was migrated while the command was under way, and nothing in the guest tells whether it ran: look there before you repeat it");
        var (remaining, patience) = (plan.Deadline.Remaining(_settings.Time), _settings.ReconcileTimeout);
        if (plan.Composite is not null || remaining == TimeSpan.Zero || EvidenceRules.StepOf(plan, invocation.Program) == EvidenceStep.GiveUp)
        {
            End(invocation, otherwise);
            return true;
        }
        invocation.EvidenceUntil ??= Deadline.After(remaining < patience ? remaining : patience, _settings.Time);
        TellProgress(invocation, new InvocationProgress(PendingPhase.Reconciling));
        AwaitEvidence(invocation, otherwise);
        return true;
    }
}
