using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Actors.Vms.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// One VM: keeps the picture of its condition, decides what it may be asked, and gives every invocation its one outcome. Its children own the
/// connections; the rules are pure functions (<see cref="Admission"/>, <see cref="OutcomeRules"/>, <see cref="VmCondition"/>), this actor only
/// sequences them. Child of the <c>VmHostSupervisor</c>. Behaviours: Detached (no QMP session) ⇄ Attached.
/// </summary>
internal sealed partial class VmActor : UntypedActor, IWithTimers
{
    private const string ProbeTimer = "probe";
    private const string PortPollTimer = "port-poll";
    private const string HeldTimer = "held";
    private const string AgentProcessTimer = "agent-process";

    private readonly VmEnvironment _environment;
    private readonly VmSettings _settings;
    private readonly HashSet<Invocation> _inFlight = [];
    private readonly PowerWatch _power = new();

    private IActorRef _qmp = ActorRefs.Nobody;
    private IActorRef? _agent;
    private VmCondition _condition = new();
    private VmSnapshot _snapshot;
    private long _session;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public VmActor(VmSpec spec, VmEnvironment environment, bool isHidden, VmHeritage? heritage)
    {
        (_spec, _place, _isHidden) = (spec, spec, isHidden);
        _environment = environment;
        _settings = environment.Settings;
        _blocked = new HeldInvocations(_settings.MaxHeldInvocations, _settings.Time);
        _awaitingEvidence = new HeldInvocations(_settings.MaxHeldInvocations, _settings.Time);
        _startedAt = _settings.Time.GetTimestamp();
        _observation = new ObservationPlan(ObservationRules.SpreadOf(spec.Name));
        _condition = new VmCondition { Agent = spec.Agent is null ? AgentState.None : AgentState.Connecting };
        _snapshot = new VmSnapshot { Name = spec.Name, Host = environment.Host, Labels = spec.Labels, Agent = _condition.Agent, Since = Now };
        _session = Now.ToUnixTimeMilliseconds();
        if (heritage is not null)
            Inherit(heritage);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private DateTimeOffset Now => _settings.Time.GetUtcNow();

    /// <summary>Props.</summary>
    /// <param name="spec">Name and channels.</param>
    /// <param name="environment">What all VMs of the VmHost share.</param>
    /// <param name="isHidden">Whether the inventory is not told of it before it is known to be no QEMU of another VM.</param>
    /// <param name="heritage">What it was on another node, which has handed it over; <see langword="null"/> for one that begins here.</param>
    public static Props PropsFor(VmSpec spec, VmEnvironment environment, bool isHidden = false, VmHeritage? heritage = null) => Props.Create(() => new VmActor(spec, environment, isHidden, heritage)).WithDispatcher(environment.Settings.Dispatcher);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        VmStateMetrics.Count(null, _snapshot);
        _qmp = Context.ActorOf(QmpSessionActor.PropsFor(_spec.Qmp, _settings), "qmp");
        if (_spec.Agent is { } endpoint)
            _agent = Context.ActorOf(AgentSessionActor.PropsFor(endpoint, _settings, _heritage?.Ends), "agent");
        TellInventory();
        Context.Parent.Tell(MigrationEvents.Begun.Instance);
        ResumeLease();
        OnObserve(_environment.Observation.Needs);
        Become(Detached);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        VmStateMetrics.Count(_snapshot, null);
        EndParked();
        EndAllInFlight();
        TellFollowers(VmEvents.Left.Instance);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Detached(object message)
    {
        if (OnMigration(message) || OnLending(message))
            return;
        switch (message)
        {
            case QmpEvents.Attached attached:
                OnAttached(attached.Greeting);
                Become(Attached);
                break;
            case QmpEvents.Detached detached:
                OnDetached(detached);
                break;
            default:
                Always(message);
                break;
        }
    }

    private void Attached(object message)
    {
        if (OnMigration(message) || OnLending(message))
            return;
        switch (message)
        {
            case QmpEvents.Happened happened:
                OnQmpEvent(happened.Event);
                break;
            case QmpEvents.Detached detached:
                OnDetached(detached);
                Become(Detached);
                break;
            case VmSignals.StatusAnswered answered:
                OnStatusAnswered(answered);
                ExplainSilence(answered.Question);
                break;
            case VmSignals.QemuIdentified identified:
                OnQemuIdentified(identified);
                break;
            case VmSignals.ProbeDue:
                AskStatus(_settings.QueryTimeout);
                break;
            case VmSignals.PortPollDue:
                PollPort();
                break;
            case VmSignals.PortPolled polled:
                OnPortPolled(polled);
                break;
            case AgentEvents.Slow slow:
                OnAgentSlow(slow.Remaining);
                break;
            default:
                Always(message);
                break;
        }
    }

    private void Always(object message)
    {
        switch (message)
        {
            case Invocation invocation:
                OnInvocation(invocation);
                break;
            case VmSignals.Replied replied:
                OnReplied(replied.Invocation, replied.Result);
                break;
            case VmSignals.CompositeEnded ended:
                OnCompositeEnded(ended.Invocation, ended.Result);
                break;
            case VmSignals.ProgramStarted started:
                OnProgramStarted(started);
                break;
            case VmSignals.ReconsiderationDue when _isReconsiderationDue:
                Reconsider();
                break;
            case VmSignals.HeldDue:
                OnHeldDue();
                break;
            case VmSignals.FreezeTold told:
                OnFreezeTold(told.Invocation, told.Status);
                break;
            case VmSignals.LateProgramEnded late:
                LeaveIfRunning(late.Result);
                Amend(late.Invocation, OutcomeRules.Of(late.Result, late.Invocation.Plan, _condition));
                break;
            case VmSignals.AgentProcessDue:
                OnAgentProcessDue();
                break;
            case VmSignals.FreezeAnswered answered:
                OnFreezeAnswered(answered);
                break;
            case VmSignals.EventOverdue overdue:
                OnEventOverdue(overdue.Invocation);
                break;
            case VmSignals.VocabularyTold told:
                OnVocabularyTold(told);
                break;
            case VmSignals.VocabularyOverdue overdue:
                OnVocabularyOverdue(overdue.Invocation);
                break;
            case VmQueries.GetVocabulary:
                OnGetVocabulary();
                break;
            case VmCommands.CancelInvocation cancel:
                OnCancel(cancel.Invocation);
                break;
            case AgentEvents.StateChanged changed:
                OnAgentChanged(changed);
                break;
            case AgentEvents.Claimed claimed:
                Publish(claimed.Event.Name, claimed.Event.Data, Provenance.Guest);
                SuspectChange(ObservationRules.ChangedByGuest);
                break;
            case AgentEvents.ProgramEnded ended:
                OnProgramEnded(ended);
                break;
            case VmCommands.Observe observe:
                OnObserve(observe.Needs);
                break;
            case VmSignals.ObservationDue:
                ConsiderObservation();
                break;
            case VmSignals.Observed observed:
                OnObserved(observed);
                break;
            case AgentEvents.LateReply late:
                OnLateReply(late);
                break;
            case VmSignals.GuestIdentified identified:
                OnGuestIdentified(identified);
                break;
            case VmSignals.AgentProcessTold told:
                OnAgentProcessTold(told);
                break;
            case VmCommands.Follow:
                OnFollow(Sender);
                break;
            case VmCommands.Unfollow:
                _followers?.Remove(Sender);
                break;
            case VmCommands.Release:
                OnRelease();
                break;
            case DriveEvents.Ended ended:
                End(ended.Invocation, ended.Verdict);
                break;
            case AgentHold hold:
                OnAgentHold(hold);
                break;
            case AskQemu ask:
                OnAskQemu(ask);
                break;
            case ILeaseMessage lease:
                OnLease(lease);
                break;
            case VmCommands.SetLabels labels:
                Show(_snapshot with { Labels = labels.Labels });
                break;
            case VmCommands.SetFacts set:
                OnSetFacts(set.Facts);
                Sender.Tell(VmReplies.FactsSet.Instance);
                break;
            case ILocalSignal:
                // Of a session, a question or a timer of before.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Takes over a new condition and tells the inventory if the VM looks different.</summary>
    private void Apply(VmCondition condition)
    {
        var changed = condition != _condition;
        var hasNewRunState = condition.RunState != _condition.RunState && condition.RunState is not null;
        var thawed = _condition.Freeze != FreezeState.Thawed && condition.Freeze == FreezeState.Thawed;
        _condition = condition;
        Show(_snapshot with
        {
            State = condition.State,
            RunState = condition.RunState,
            Agent = condition.Agent,
            Freeze = condition.Freeze,
            Message = condition.Message,
            Since = condition.State == _snapshot.State ? _snapshot.Since : Now,
        });
        SettleIfReady();
        if (!changed)
            return;
        _lastRunState = condition.RunState ?? _lastRunState;
        // Also what an event alone told: the VmHost pairs QEMUs by it.
        if (hasNewRunState)
            OnRunState();
        TellSeen();
        ReconsiderLater();
        ConsiderMigrationLater();
        if (thawed)
            SuspectChange(GuestAspects.Filesystems);
        ConsiderObservation();
    }

    private void Show(VmSnapshot snapshot)
    {
        if (snapshot == _snapshot)
            return;
        VmStateMetrics.Count(_snapshot, snapshot);
        _snapshot = snapshot;
        TellInventory();
        WeighNeeds();
    }

}
