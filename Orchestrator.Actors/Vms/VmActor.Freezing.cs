using Akka.Actor;
using Microsoft.Extensions.Logging;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// The VM's freeze: carries out what its <see cref="LeaseMachine"/> wants, and keeps true what is known of freezes by others, whichever way they
/// went through here.
/// </summary>
internal sealed partial class VmActor
{
    private const string LeaseDeadlineTimer = "lease-deadline";
    private const string ThawOverdueTimer = "thaw-overdue";
    private const string ThawRetryTimer = "thaw-retry";

    private static readonly EncodedCommand ThawCommand = EncodedCommand.ForGuest("guest-fsfreeze-thaw");

    private readonly List<IActorRef> _thawAskers = [];
    private LeaseMachine _lease = LeaseMachine.Thawed;
    private IActorRef _leaseHolder = ActorRefs.Nobody;
    private EncodedCommand? _freezeCommand;
    private bool _frozenByOthers;
    private int _freezeNews;
    private long _frozenAt;
    private TimeSpan? _frozenFor;

    /// <summary>A lease that an earlier life has left: its thaw goes before everything else.</summary>
    private void ResumeLease()
    {
        if (_environment.Leases.Of(_environment.Host, _spec.Name) is not { } left)
            return;
        FreezeLogEntries.Resumed(Context.Log<VmActor>(), _spec.Name, left.Id, left.Owner);
        Take(LeaseMachine.Resume(left));
    }

    private void OnLease(ILeaseMessage message)
    {
        switch (message)
        {
            case LeaseCommands.Prepare prepare:
                OnPrepare(prepare);
                break;
            case LeaseCommands.Freeze freeze when IsOfLease(freeze.LeaseId):
                OnFreeze();
                break;
            case LeaseCommands.Thaw thaw when IsOfLease(thaw.LeaseId):
                Take(_lease.On(new LeaseInput.Thaw(thaw.Cause)));
                break;
            case LeaseCommands.Extend extend:
                OnExtend(extend);
                break;
            case LeaseCommands.Watch watch:
                OnWatch(watch.LeaseId);
                break;
            case LeaseCommands.ThawAny thaw:
                OnThawAny(thaw.Force);
                break;
            case LeaseSignals.Recorded recorded:
                OnRecorded(recorded);
                break;
            case LeaseSignals.FreezeEnded ended when IsOfLease(ended.LeaseId):
                OnFreezeEnded(ended.Result);
                break;
            case LeaseSignals.ThawEnded ended when IsOfLease(ended.LeaseId):
                OnThawEnded(ended.Result);
                break;
            case LeaseSignals.StatusTold told:
                OnFreezeStatus(told);
                break;
            case LeaseSignals.ForeignThawEnded ended:
                OnForeignThawEnded(ended);
                break;
            case LeaseSignals.Due due when IsOfLease(due.LeaseId):
                Take(_lease.On(due.Input));
                break;
        }
    }

    private bool IsOfLease(string leaseId) => _lease.Phase != LeasePhase.Thawed && _lease.Lease!.Id == leaseId;

    private void OnPrepare(LeaseCommands.Prepare prepare)
    {
        // Who prepares it for another node knows the node, and not always the VmHost.
        var lease = LeaseRules.Cap(prepare.Lease with { Host = _environment.Host }, _snapshot.Guest, Now);
        if (_lease.Phase != LeasePhase.Thawed)
            Sender.Tell(new LeaseEvents.Denied(lease.Id, Reasons.AgentFrozen, $"the VM is frozen, or about to be, under the lease {_lease.Lease!.Id} of '{_lease.Lease.Owner}'", _snapshot));
        else if (Obstruct(prepare.Freeze) is { } rejection)
            Sender.Tell(new LeaseEvents.Denied(lease.Id, rejection.Reason, rejection.Message, _snapshot));
        else
        {
            (_leaseHolder, _freezeCommand) = (Sender, prepare.Freeze);
            Take(_lease.On(new LeaseInput.Prepare(lease)));
        }
    }

    private void OnFreeze()
    {
        if (_lease.Phase == LeasePhase.Prepared && Obstruct(_freezeCommand!) is { } rejection)
            Take(_lease.On(new LeaseInput.Denied(rejection.Reason, rejection.Message)));
        else
            Take(_lease.On(new LeaseInput.Freeze()));
    }

    /// <summary>A freeze does not wait: what stands in its way ends it.</summary>
    private Rejection? Obstruct(EncodedCommand freeze) =>
        Admission.Decide(_condition, new JobPlan("", CommandRoute.Guest, freeze, Deadline.After(_settings.FreezeTimeout, _settings.Time))) switch
        {
            Decision.End end => end.Rejection,
            Decision.Block block => new Rejection(Phase.Undelivered, block.Reason, block.Message),
            _ => null,
        };

    private void OnExtend(LeaseCommands.Extend extend)
    {
        if (_lease.Phase != LeasePhase.Frozen || !IsOfLease(extend.LeaseId))
        {
            Sender.Tell(new LeaseReplies.Extended(extend.LeaseId, null));
            return;
        }
        Take(_lease.On(new LeaseInput.Extend(LeaseRules.Extended(_lease.Lease!, extend.Ttl, _snapshot.Guest, Now))));
        Sender.Tell(new LeaseReplies.Extended(extend.LeaseId, _lease.Lease!.Deadline));
    }

    private void OnWatch(string leaseId)
    {
        if (_lease.Lease?.Id != leaseId)
        {
            Sender.Tell(new LeaseEvents.Absent(leaseId, _snapshot));
            return;
        }
        _leaseHolder = Sender;
        Sender.Tell(new LeaseEvents.Changed(_lease, _frozenAt, _frozenFor, _snapshot));
    }

    private void OnThawAny(bool force)
    {
        if (_lease.Phase != LeasePhase.Thawed)
        {
            _thawAskers.Add(Sender);
            Take(_lease.On(new LeaseInput.Thaw(ThawCause.Requested)));
            AnswerThawAskers();
        }
        else if (force && _agent is not null)
        {
            var asker = Sender;
            ExecuteFirst(ThawCommand, _settings.QueryTimeout, result => new LeaseSignals.ForeignThawEnded(asker, result));
        }
        else if (_frozenByOthers)
            Sender.Tell(new LeaseReplies.ThawTold(_snapshot, ThawResult.Foreign, "somebody else froze it, and may be copying its disks: --force-thaw thaws it all the same"));
        else
            Sender.Tell(new LeaseReplies.ThawTold(_snapshot, ThawResult.NotFrozen, null));
    }

    private void OnForeignThawEnded(LeaseSignals.ForeignThawEnded ended)
    {
        NoteFreezeNews(ThawCommand, ended.Result);
        var failure = LeaseRules.OfThaw(ended.Result).Failure;
        var thawed = ended.Result is CommandResult.Returned returned && LeaseRules.CountOf(returned) > 0;
        ended.Asker.Tell(new LeaseReplies.ThawTold(_snapshot, failure is not null ? ThawResult.Failed : thawed ? ThawResult.Thawed : ThawResult.NotFrozen, failure));
    }

    private void OnRecorded(LeaseSignals.Recorded recorded)
    {
        if (recorded.Failure is { } failure)
            FreezeLogEntries.NotRecorded(Context.Log<VmActor>(), _spec.Name, recorded.Lease.Id, failure);
        if (IsOfLease(recorded.Lease.Id))
            Take(_lease.On(new LeaseInput.Recorded(recorded.Failure)));
    }

    private void OnFreezeEnded(CommandResult result)
    {
        _freezeNews++;
        _frozenAt = _settings.Time.GetTimestamp();
        var ended = LeaseRules.OfFreeze(result, _freezeCommand!, _condition);
        if (ended.End == FreezeEnd.NotTaken)
            AskFreezeStatus();
        Take(_lease.On(ended));
    }

    private void OnThawEnded(CommandResult result)
    {
        _freezeNews++;
        if (result is CommandResult.Returned)
            _frozenByOthers = false;
        Take(_lease.On(LeaseRules.OfThaw(result)));
    }

    private void OnFreezeStatus(LeaseSignals.StatusTold told)
    {
        if (_lease.Phase == LeasePhase.FreezeUnknown)
            Take(_lease.On(new LeaseInput.StatusTold(LeaseRules.IsFrozen(told.Status))));
        else if (LeaseRules.IsFrozen(told.Status) is { } frozen && told.News == _freezeNews)
            OnFrozenTold(frozen);
    }

    /// <summary>The agent's word, newer than all else that is known.</summary>
    private void OnFrozenTold(bool frozen)
    {
        _freezeNews++;
        if (_lease.Phase is LeasePhase.Thawed or LeasePhase.Recording or LeasePhase.Prepared)
            ShowFrozenByOthers(frozen);
        else
            Take(_lease.On(new LeaseInput.StatusTold(frozen)));
    }

    /// <summary>Somebody's command went through here and was answered: it may have frozen or thawed the guest.</summary>
    private void NoteFreezeNews(EncodedCommand command, CommandResult result)
    {
        if (result is not CommandResult.Returned returned)
            return;
        switch (command.Name)
        {
            case "guest-fsfreeze-freeze" or "guest-fsfreeze-freeze-list" when !ReferenceEquals(command, _freezeCommand):
                _freezeNews++;
                ShowFrozenByOthers(LeaseRules.CountOf(returned) > 0);
                break;
            case "guest-fsfreeze-thaw":
                _freezeNews++;
                Take(_lease.On(new LeaseInput.ThawedByOthers()));
                ShowFrozenByOthers(false);
                break;
            case "guest-fsfreeze-status":
                OnFrozenTold(GuestIdentity.IsFrozen(result));
                break;
        }
    }

    private void ShowFrozenByOthers(bool frozen)
    {
        if (_frozenByOthers == frozen)
            return;
        _frozenByOthers = frozen;
        if (_lease.Phase is not (LeasePhase.Thawed or LeasePhase.Recording or LeasePhase.Prepared))
            return;
        Apply(_condition with { Freeze = LeaseRules.StateOf(_lease.Phase, frozen) });
        PublishFreeze(frozen ? "frozen-foreign" : "thawed", null);
    }

    private void AskFreezeStatus()
    {
        var news = _freezeNews;
        ExecuteFirst(FreezeStatus, _settings.QueryTimeout, result => new LeaseSignals.StatusTold(news, result));
    }

    private void ExecuteFirst(EncodedCommand command, TimeSpan timeout, Func<CommandResult, ILeaseMessage> message) =>
        _agent?.Tell(new AgentCommands.Execute(command, Deadline.After(timeout, _settings.Time), new LeaseReceiver(Self, message)) { First = true });

    /// <summary>Goes over to a new state of the lease, does what it wants, and tells who wants to know.</summary>
    private void Take((LeaseMachine Next, LeaseAction[] Actions) step)
    {
        var before = _lease;
        _lease = step.Next;
        if (before.Phase != _lease.Phase)
            OnPhase(before);
        foreach (var action in step.Actions)
            Carry(action, _lease.Lease!);
        Apply(_condition with { Freeze = LeaseRules.StateOf(_lease.Phase, _frozenByOthers) });
        Show(_snapshot with { Lease = _lease.Phase == LeasePhase.Thawed ? null : _lease.Lease });
        if (before == _lease)
            return;
        if (WordOf(before) is { } word)
            PublishFreeze(word, _lease);
        _leaseHolder.Tell(new LeaseEvents.Changed(_lease, _frozenAt, _frozenFor, _snapshot));
        AnswerThawAskers();
    }

    private void OnPhase(LeaseMachine before)
    {
        if (_lease.Phase == LeasePhase.Recording)
            (_frozenAt, _frozenFor) = (0, null);
        if (_lease.Phase != LeasePhase.Thawed)
            return;
        if (before.WasFrozen)
            _frozenFor = _settings.Time.GetElapsedTime(_frozenAt);
        Timers.Cancel(LeaseDeadlineTimer);
        Timers.Cancel(ThawOverdueTimer);
        Timers.Cancel(ThawRetryTimer);
    }

    private void Carry(LeaseAction action, FreezeLease lease)
    {
        switch (action)
        {
            case LeaseAction.Record:
                RecordAsync(lease).PipeTo(Self);
                break;
            case LeaseAction.Forget:
                _ = ForgetAsync(lease, Context.Log<VmActor>());
                break;
            case LeaseAction.ArmDeadline:
                StartLeaseTimer(LeaseDeadlineTimer, lease.Deadline - Now, new LeaseInput.Expired());
                break;
            case LeaseAction.SendFreeze:
                _agent!.Tell(new AgentCommands.Execute(_freezeCommand!, Deadline.After(_settings.FreezeTimeout, _settings.Time), new LeaseReceiver(Self, result => new LeaseSignals.FreezeEnded(lease.Id, result))));
                break;
            case LeaseAction.AskStatus:
                AskFreezeStatus();
                break;
            case LeaseAction.SendThaw:
                SendThaw(lease);
                break;
            case LeaseAction.ArmRetry:
                StartLeaseTimer(ThawRetryTimer, _settings.ThawRetry.After(_lease.Failures), new LeaseInput.RetryDue());
                break;
            case LeaseAction.Alarm:
                FreezeLogEntries.CannotThaw(Context.Log<VmActor>(), _spec.Name, _lease.Message);
                break;
        }
    }

    private void SendThaw(FreezeLease lease)
    {
        StartLeaseTimer(ThawOverdueTimer, _settings.ThawPatience, new LeaseInput.ThawOverdue());
        var receiver = new LeaseReceiver(Self, result => new LeaseSignals.ThawEnded(lease.Id, result));
        if (_agent is null)
            receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, "the VM has no agent channel any more"));
        else
            _agent.Tell(new AgentCommands.Execute(ThawCommand, Deadline.After(_settings.ThawTimeout, _settings.Time), receiver) { First = true, AnswerTimeout = _settings.ThawTimeout });
    }

    private void StartLeaseTimer(string timer, TimeSpan after, LeaseInput input) =>
        Timers.StartSingleTimer(timer, new LeaseSignals.Due(_lease.Lease!.Id, input), after > TimeSpan.Zero ? after : TimeSpan.Zero);

    private async Task<LeaseSignals.Recorded> RecordAsync(FreezeLease lease)
    {
        try
        {
            await _environment.Leases.PutAsync(lease).ConfigureAwait(false);
            return new LeaseSignals.Recorded(lease, null);
        }
        catch (LeaseStoreException e)
        {
            return new LeaseSignals.Recorded(lease, e.Message);
        }
    }

    private async Task ForgetAsync(FreezeLease lease, ILogger log)
    {
        try
        {
            await _environment.Leases.RemoveAsync(lease).ConfigureAwait(false);
        }
        catch (LeaseStoreException e)
        {
            FreezeLogEntries.NotForgotten(log, lease.Vm, lease.Id, e.Message);
        }
    }

    private void AnswerThawAskers()
    {
        if (_thawAskers.Count == 0 || _lease.Phase is not (LeasePhase.Thawed or LeasePhase.ThawFailed))
            return;
        foreach (var asker in _thawAskers)
            asker.Tell(new LeaseReplies.ThawTold(_snapshot, _lease.Phase == LeasePhase.Thawed ? ThawResult.Thawed : ThawResult.Pending, _lease.Phase == LeasePhase.Thawed ? null : _lease.Message));
        _thawAskers.Clear();
    }

    /// <summary>What is told of a change to a new phase; <see langword="null"/> for those in which no filesystem freezes or thaws.</summary>
    private string? WordOf(LeaseMachine before) => _lease.Phase switch
    {
        LeasePhase.ThawFailed => _lease.Failures > before.Failures || before.Phase == LeasePhase.Thawing ? "thaw-failed" : null,
        _ when before.Phase == _lease.Phase => null,
        LeasePhase.Frozen => "frozen",
        LeasePhase.FreezeUnknown => "unknown",
        LeasePhase.Thawed when before.Phase is LeasePhase.Frozen or LeasePhase.Thawing or LeasePhase.ThawFailed => "thawed",
        _ => null,
    };

    private void PublishFreeze(string state, LeaseMachine? lease)
    {
        var (name, data) = GuestEvents.FreezeChanged(state, lease);
        Publish(name, data, Provenance.Host);
    }
}
