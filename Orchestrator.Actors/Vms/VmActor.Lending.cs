using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts.Lending;
using Orchestrator.Actors.Vms.Agent;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// A guest that has arrived at another node's QEMU is served from here, through that node, for as long as anybody is bound to this one. In a quiet
/// moment the VM goes to the node that its guest is on: what comes then waits until it is there, and is sent there.
/// </summary>
internal sealed partial class VmActor
{
    private const string QuietTimer = "quiet";

    /// <summary>A guest chooses how long its facts are, and all that goes along is one message between nodes.</summary>
    private const int MaxFactCharacters = 8 * 1024;

    private static readonly Verdict IsElsewhere = new(Phase.Undelivered, Reasons.VmNotFound, Effect.None, "the VM went over to the node that its guest was migrated to: it is looked for there");

    private readonly List<Invocation> _parked = [];
    private VmHeritage? _heritage;
    private LeavingStage _leaving;

    private enum LeavingStage
    {
        /// <summary>It is this node's.</summary>
        None,

        /// <summary>What comes waits, until what is under way has ended.</summary>
        Draining,

        /// <summary>Its agent's session is asked for what goes along.</summary>
        Asking,

        /// <summary>It was given away.</summary>
        Leaving,

        /// <summary>The other node has it.</summary>
        Away,
    }

    /// <summary>It goes on as what it was elsewhere, and is shown when it can do as much as there.</summary>
    private void Inherit(VmHeritage heritage)
    {
        (_heritage, _isHidden) = (heritage, true);
        (_agentProcess, _toldIncarnation) = (heritage.AgentProcess, heritage.Incarnation);
        (_lossTold, _comparesAgent) = (false, true);
        foreach (var program in heritage.Programs)
            _programs.Add(program.Pid, program.JobId, isLeft: true, program.AnswerTimeout);
        _session = Math.Max(_session, heritage.Session);
        _snapshot = _snapshot with { Id = heritage.Id, Incarnation = heritage.Incarnation, Guest = heritage.Guest, Facts = heritage.Facts };
    }

    private void SettleIfReady()
    {
        if (_heritage is null || _condition is not { Qmp: QmpLink.Online, State: VmState.Running, Agent: AgentState.Ready or AgentState.None })
            return;
        _heritage = null;
        if (_condition.Agent == AgentState.Ready)
            AskWhatGuestHas();
        Reveal();
        Context.Parent.Tell(LendingSignals.Settled.Instance);
    }

    private bool OnLending(object message)
    {
        switch (message)
        {
            case Invocation invocation when _leaving != LeavingStage.None:
                Park(invocation);
                break;
            case LendingSignals.QuietDue:
                OnQuietDue();
                break;
            case LendingSignals.EndsTold told when _leaving == LeavingStage.Asking:
                OnEndsTold(told.Ends);
                break;
            default:
                return false;
        }
        return true;
    }

    /// <summary>Nobody speaks to the guest from here any more.</summary>
    private void Away(object message)
    {
        switch (message)
        {
            case Invocation:
                OnLending(message);
                if (_leaving == LeavingStage.Away)
                    EndParked();
                break;
            case LendingSignals.Away:
                _leaving = LeavingStage.Away;
                EndParked();
                break;
            case VmCommands.CancelInvocation cancel when _parked.Remove(cancel.Invocation):
                End(cancel.Invocation, new Verdict(Phase.Cancelled, null, Effect.None, "it was cancelled before it was sent"));
                break;
        }
    }

    private void WatchQuiet()
    {
        if (_place.LentBy is not null)
            Timers.StartSingleTimer(QuietTimer, LendingSignals.QuietDue.Instance, _settings.QuietPause);
    }

    private void OnQuietDue()
    {
        if (_place.LentBy is null)
            return;
        if (_leaving != LeavingStage.None)
        {
            // Something of before takes its time.
            StayHere();
            return;
        }
        if (!IsQuiet)
        {
            WatchQuiet();
            return;
        }
        _leaving = LeavingStage.Draining;
        Timers.StartSingleTimer(QuietTimer, LendingSignals.QuietDue.Instance, _settings.DrainTimeout);
        HandOverIfDrained();
    }

    /// <summary>Nothing is under way that would not end by itself in a moment, and nobody is bound to this node.</summary>
    private bool IsQuiet =>
        _condition is { Qmp: QmpLink.Online, State: VmState.Running, Migration: MigrationStage.None, Agent: AgentState.Ready or AgentState.None, Freeze: FreezeState.Thawed }
        && (_agent is null || IsAgentProcessTold)
        && _snapshot is { Lease: null, Quarantine: null }
        && _followers is not { Count: > 0 }
        && !(_isMovePending || _comparesAgent || _asksAgentProcess || Destinations.Any())
        && _awaitingEvidence.Count == 0
        && _inFlight.All(invocation => invocation is { Plan: { Composite: null, Route: not CommandRoute.Migrate }, Program: null, EvidenceUntil: null });

    private void HandOverIfDrained()
    {
        if (_leaving != LeavingStage.Draining || _inFlight.Count > _parked.Count + _blocked.Count)
            return;
        _leaving = LeavingStage.Asking;
        if (_agent is not null)
            _agent.Tell(AgentCommands.TellEnds.Instance);
        else
            OnEndsTold([]);
    }

    private void OnEndsTold(IReadOnlyList<Protocol.Agent.Exec.KeptEnd>? ends)
    {
        if (ends is null || !IsDrainedAndQuiet)
        {
            StayHere();
            return;
        }
        foreach (var held in _blocked.All)
        {
            _blocked.Remove(held.Invocation);
            _parked.Add(held.Invocation);
        }
        Timers.CancelAll();
        Context.Stop(_qmp);
        if (_agent is not null)
            Context.Stop(_agent);
        foreach (var side in _sides)
            Context.Stop(side.Qmp);
        _leaving = LeavingStage.Leaving;
        Become(Away);
        Context.Parent.Tell(new LendingSignals.Ready(new VmHeritage(_snapshot.Id!.Value, _snapshot.Incarnation, _session)
        {
            AgentProcess = _agentProcess,
            Guest = _snapshot.Guest,
            // Those of the guest are asked for again.
            Facts = _snapshot.Facts.Sum(fact => fact.Key.Length + fact.Value.Length) <= MaxFactCharacters ? _snapshot.Facts : FrozenDictionary<string, string>.Empty,
            Programs = _programs.ToTake,
            Ends = ends,
        }));
    }

    private bool IsDrainedAndQuiet => _snapshot.Id is not null && _inFlight.Count == _parked.Count + _blocked.Count && _condition is { Qmp: QmpLink.Online, State: VmState.Running } && _followers is not { Count: > 0 };

    private void StayHere()
    {
        _leaving = LeavingStage.None;
        Timers.StartSingleTimer(QuietTimer, LendingSignals.QuietDue.Instance, _settings.QuietPause * 10);
        Invocation[] parked = [.. _parked];
        _parked.Clear();
        foreach (var invocation in parked)
        {
            _inFlight.Remove(invocation);
            OnInvocation(invocation);
        }
    }

    private void Park(Invocation invocation)
    {
        invocation.AcceptedAt = _settings.Time.GetTimestamp();
        _inFlight.Add(invocation);
        if (_parked.Count < _settings.MaxHeldInvocations)
            _parked.Add(invocation);
        else
            EndUnsent(invocation, OutcomeRules.Of(new Rejection(Phase.Undelivered, Reasons.VmBusy, $"{_settings.MaxHeldInvocations} commands already wait until this VM has gone over to the node that its guest was migrated to")));
    }

    private void EndParked()
    {
        Invocation[] parked = [.. _parked];
        _parked.Clear();
        foreach (var invocation in parked)
            EndUnsent(invocation, IsElsewhere);
    }

    /// <summary>One that only asks for evidence was sent before.</summary>
    private void EndUnsent(Invocation invocation, Verdict verdict) =>
        End(invocation, invocation.Reconciliation is { } past ? EvidenceRules.Without(invocation.Plan, past.Program, Reasons.VmLost, verdict.Message!) : verdict);
}
