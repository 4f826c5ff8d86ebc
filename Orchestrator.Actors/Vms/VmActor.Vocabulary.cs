using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Qapi.Introspection;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// What this VM's QEMU understands: asked for when a command needs it, so that a fleet at rest pays nothing. Our own questions do not wait for it.
/// </summary>
internal sealed partial class VmActor
{
    private readonly List<Invocation> _awaitingVocabulary = [];
    private readonly List<IActorRef> _vocabularyReaders = [];
    private QmpVocabulary? _vocabulary;
    private bool _hasOwnVocabulary;
    private bool _asksVocabulary;

    /// <summary>
    /// The vocabulary of another QEMU of the same version lets pass, but only this QEMU's own refuses. One that cannot tell gets its commands unchecked,
    /// and an out-of-band command does not wait behind a question that may itself be stuck.
    /// </summary>
    private void CheckAndSend(Invocation invocation)
    {
        var (command, isChecked) = (invocation.Plan.Command, invocation.Plan.IsChecked);
        if (invocation.Plan.Conditions.OnMigrating != ConditionChoice.Force && MigrationRules.Fences(command.Name, _condition.RunState) is { } fence)
        {
            End(invocation, OutcomeRules.Of(new Rejection(Phase.Refused, Reasons.VmMigrating, $"{fence}. If the destination is gone and never ran it, or the migration was to a file, send it with --on-migrating=force")));
            return;
        }
        if (!_hasOwnVocabulary)
            _vocabulary ??= _environment.Vocabularies.OfVersion(_snapshot.QemuVersion!);
        var rejection = isChecked ? Admission.DecideQmp(command, _vocabulary) : null;
        if (!isChecked || (rejection is null && (_hasOwnVocabulary || _vocabulary is not null)) || (!_hasOwnVocabulary && command.OutOfBand))
            Send(invocation);
        else if (_hasOwnVocabulary)
            End(invocation, OutcomeRules.Of(rejection!));
        else
            AwaitVocabulary(invocation);
    }

    private void Send(Invocation invocation)
    {
        Timers.Cancel(invocation);
        _qmp.Tell(new QmpCommands.Execute(invocation.Plan.Command, DeadlineOf(invocation), invocation));
    }

    private void AwaitVocabulary(Invocation invocation)
    {
        if (_awaitingVocabulary.Count >= _settings.Qmp.MaxQueued)
        {
            End(invocation, OutcomeRules.Of(new Rejection(Phase.Undelivered, Reasons.VmBusy, $"{_settings.Qmp.MaxQueued} commands already wait for this monitor")));
            return;
        }
        _awaitingVocabulary.Add(invocation);
        Timers.StartSingleTimer(invocation, new VmSignals.VocabularyOverdue(invocation), DeadlineOf(invocation).Remaining(_settings.Time));
        AskVocabulary();
    }

    private void OnVocabularyOverdue(Invocation invocation)
    {
        if (_awaitingVocabulary.Remove(invocation))
            End(invocation, OutcomeRules.Of(new Rejection(Phase.Undelivered, Reasons.QemuUnresponsive, "QEMU had not told by the deadline which commands it has (query-qmp-schema)")));
    }

    private void OnCancel(Invocation invocation)
    {
        if (_awaitingVocabulary.Remove(invocation) || Unblock(invocation))
            End(invocation, new Verdict(Phase.Cancelled, null, Effect.None, "cancelled before it was sent"));
        else if (invocation.Plan.Route == CommandRoute.Qmp)
            _qmp.Tell(new QmpCommands.Cancel(invocation));
        else if (invocation.Plan.Route == CommandRoute.Migrate)
            _settings.Migrations?.Tell(new DriveCommands.Cancel(invocation));
        else if (invocation.Channel is { } channel)
            channel.Cancel();
        else
            _agent?.Tell(new AgentCommands.Cancel(invocation));
    }

    private void OnGetVocabulary()
    {
        if (_hasOwnVocabulary || Admission.DecideQmp(_condition) is not null || _vocabularyReaders.Count >= _settings.Qmp.MaxQueued)
        {
            Sender.Tell(new VmReplies.Vocabulary(_hasOwnVocabulary ? _vocabulary : null));
            return;
        }
        _vocabularyReaders.Add(Sender);
        AskVocabulary();
    }

    private void AskVocabulary()
    {
        if (_asksVocabulary)
            return;
        _asksVocabulary = true;
        var (attachment, exact) = (_attachment, _vocabulary is not null || _vocabularyReaders.Count > 0);
        _environment.Vocabularies.AskAsync(QmpChannel, _snapshot.QemuVersion!, exact, _settings.QueryTimeout, _settings.Time)
            .PipeTo(Self, success: answer => new VmSignals.VocabularyTold(attachment, answer));
    }

    private void OnVocabularyTold(VmSignals.VocabularyTold told)
    {
        _asksVocabulary = false;
        if (told.Attachment != _attachment)
        {
            if (_awaitingVocabulary.Count > 0 || _vocabularyReaders.Count > 0)
                AskVocabulary();
            return;
        }
        var isUsable = told.Answer is { IsOwn: true } or { Vocabulary: not null };
        if (isUsable)
            (_vocabulary, _hasOwnVocabulary) = (told.Answer.Vocabulary, told.Answer.IsOwn);
        if (told.Answer.Trouble is { } trouble)
            VmLogEntries.Unchecked(Context.Log<VmActor>(), _spec.Name, trouble);
        TellVocabulary(isUsable);
        var waiting = _awaitingVocabulary.ToArray();
        _awaitingVocabulary.Clear();
        foreach (var invocation in waiting)
        {
            if (isUsable)
                CheckAndSend(invocation);
            else
                Send(invocation);
        }
    }

    /// <summary>Readers want this QEMU's own: if that of another came, it is asked for.</summary>
    private void TellVocabulary(bool isUsable)
    {
        if (_vocabularyReaders.Count == 0)
            return;
        if (isUsable && !_hasOwnVocabulary)
        {
            AskVocabulary();
            return;
        }
        foreach (var reader in _vocabularyReaders)
            reader.Tell(new VmReplies.Vocabulary(isUsable ? _vocabulary : null));
        _vocabularyReaders.Clear();
    }

    /// <summary>Another QEMU may be behind the socket now.</summary>
    private void ForgetVocabulary() => (_vocabulary, _hasOwnVocabulary) = (null, false);
}
