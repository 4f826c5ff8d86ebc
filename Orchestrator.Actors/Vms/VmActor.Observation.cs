using System.Collections.Frozen;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Observation;
using Orchestrator.Protocol.Agent.Exec;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// Changes in the guest that no agent tells of by itself: it is looked at while somebody needs to know, when the <see cref="ObservationPlan"/> says,
/// and only behind everybody else's commands.
/// </summary>
internal sealed partial class VmActor
{
    private const string ObservationTimer = "observation";

    private readonly ObservationPlan _observation;
    private readonly long _startedAt;
    private readonly Dictionary<GuestAspects, ObservedState> _observed = [];
    private ObservationNeeds _needs = ObservationNeeds.None;
    private int _identifiedIncarnation;

    private TimeSpan Uptime => _settings.Time.GetElapsedTime(_startedAt);

    private void OnObserve(ObservationNeeds needs)
    {
        _needs = needs;
        WeighNeeds();
    }

    /// <summary>The VM itself knows best whether a selector means it, and knows it again with every change of its snapshot.</summary>
    private void WeighNeeds()
    {
        var wanted = _needs.Of(_snapshot);
        if (wanted == _observation.Wanted)
            return;
        _observation.Want(wanted, Uptime);
        // What nobody has followed is no state to compare with.
        foreach (var aspect in _observed.Keys.Where(aspect => (wanted & aspect) == 0).ToArray())
            _observed.Remove(aspect);
        ConsiderObservation();
    }

    private void SuspectChange(GuestAspects aspects)
    {
        if ((aspects & _observation.Wanted) == 0)
            return;
        _observation.Trigger(aspects, Uptime);
        ConsiderObservation();
    }

    private void SuspectChange(QmpEvent happened) =>
        SuspectChange(ObservationRules.ChangedBy(happened.Name, happened.Name == "MIGRATION" ? happened.Text("status") : null));

    private void RenewObservation()
    {
        _programs.Clear();
        _observation.Renew(Uptime);
        // Nobody has looked at this incarnation: what the one before told may be long over.
        var stale = _snapshot.Facts.Keys.Except(_observed.Keys.SelectMany(ObservedReader.FactsOf)).Intersect(ObservedReader.AllFacts).ToHashSet();
        if (stale.Count > 0)
            Show(_snapshot with { Facts = _snapshot.Facts.Where(fact => !stale.Contains(fact.Key)).ToFrozenDictionary() });
    }

    /// <summary>Asks what is due, or waits until something is. What the guest cannot be asked now is thought of again when its condition changes.</summary>
    private void ConsiderObservation()
    {
        if (_observation.Wanted == GuestAspects.None)
        {
            Timers.Cancel(ObservationTimer);
            return;
        }
        var able = ObservationRules.Able(_condition, isIdentified: _identifiedIncarnation == _snapshot.Incarnation);
        if (_observation.Begin(able, Uptime) is { } question)
            Ask(question);
        if (_observation.Wait(able, Uptime) is { } wait)
            Timers.StartSingleTimer(ObservationTimer, VmSignals.ObservationDue.Instance, RoundUp(wait));
        else
            Timers.Cancel(ObservationTimer);
    }

    private void Ask(ObservationQuestion question)
    {
        var isProgram = question.Aspect == GuestAspects.Programs;
        var command = isProgram ? GuestExecution.EncodeStatus(question.Pid) : ObservationRules.CommandOf(question.Aspect);
        var timeout = isProgram ? _programs.AnswerTimeoutOf(question.Pid) ?? _settings.LookTimeout : _settings.LookTimeout;
        var (self, incarnation) = (Self, _snapshot.Incarnation);
        _agent!.Tell(new AgentCommands.Execute(command, Deadline.After(timeout, _settings.Time), new ObservationReceiver(result => self.Tell(new VmSignals.Observed(question, incarnation, result)))) { IfIdle = true });
    }

    private void OnObserved(VmSignals.Observed observed)
    {
        var (aspect, result) = (observed.Question.Aspect, ResultOf(observed.Result));
        if (observed.Incarnation != _snapshot.Incarnation)
            result = LookResult.Skipped;
        else if (aspect == GuestAspects.Programs && observed.Result is CommandResult.Refused)
            OnUnknownProgram(observed.Question.Pid);
        else if (aspect != GuestAspects.Programs && (_observation.Wanted & aspect) != 0 && observed.Result is CommandResult.Returned answer)
            result = Compare(aspect, ObservedReader.Read(aspect, answer.Value));
        _observation.End(result, Uptime);
        FollowLeftPrograms();
        ConsiderObservation();
    }

    private LookResult Compare(GuestAspects aspect, ObservedState now)
    {
        var isFirst = !_observed.TryGetValue(aspect, out var before);
        var (next, change) = now.Since(before ?? now);
        _observed[aspect] = next;
        ShowFacts(next.Facts, _snapshot);
        if (isFirst || change is not { } data)
            return LookResult.Same;
        Publish(ObservedEvents.NameOf(aspect), data, Provenance.Guest);
        return LookResult.Changed;
    }

    /// <summary>Told to somebody before this node's life, or by another process of the agent than the one that answers now.</summary>
    private void OnUnknownProgram(long pid)
    {
        ForgetProgram(pid);
        AskAgentProcess();
    }

    private static LookResult ResultOf(CommandResult result) => result switch
    {
        CommandResult.Returned => LookResult.Same,
        CommandResult.NoReply { Written: false } => LookResult.Skipped,
        _ => LookResult.Failed,
    };

    /// <summary>A timer drops fractions, and would come before its time.</summary>
    private static TimeSpan RoundUp(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));

    private sealed class ObservationReceiver(Action<CommandResult> tell) : IReplyReceiver
    {
        public void OnResult(CommandResult result) => tell(result);
    }
}
