using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Actors.Vms.Migration;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms;

/// <summary>What QEMU says, and asking it.</summary>
internal sealed partial class VmActor
{
    private static readonly EncodedCommand QueryStatus = EncodedCommand.ForQmp("query-status");

    private const double ProbeShare = 0.8;

    private AgentPort? _port;
    private Guid? _uuid;
    private int _attachment;
    private int _lastQuestion;
    private int _lastAnswered;
    private int _failedProbes;
    private int? _explanation;
    private int _portEvents;
    private long? _lastReset;

    private QmpChannel QmpChannel => new(_qmp, _settings.Time);

    private void OnAttached(QmpGreeting greeting)
    {
        _attachment++;
        _session++;
        _failedProbes = 0;
        _greeting = greeting;
        ForgetVocabulary();
        Apply(_condition with { Qmp = QmpLink.Online, QmpMessage = null });
        ShowFacts([new("qemu.version", greeting.Version)], _snapshot with { QemuVersion = greeting.Version });
        AskStatus(_settings.QueryTimeout);
        var (attachment, portEvents) = (_attachment, _portEvents);
        QemuIdentity.QueryAsync(QmpChannel, _spec.AgentSocket, _settings.QueryTimeout)
            .PipeTo(Self, success: identity => new VmSignals.QemuIdentified(attachment, identity, portEvents));
    }

    private void OnDetached(QmpEvents.Detached detached)
    {
        Timers.Cancel(ProbeTimer);
        Timers.Cancel(PortPollTimer);
        _port = null;
        ForgetVocabulary();
        TellHost(null, null);
        Apply(_condition with { Qmp = detached.MonitorBusy ? QmpLink.Busy : QmpLink.Down, QmpMessage = detached.Cause, RunState = null, IsStopUnexplained = false, Migration = MigrationStage.None });
        ExplainSilence(_explanation);
        RevealUnreachable();
    }

    private void OnQemuIdentified(VmSignals.QemuIdentified identified)
    {
        if (identified.Attachment != _attachment)
            return;
        var id = new VmId(identified.Identity.Uuid ?? NamedUuid.Of(_environment.Host, _spec.Name));
        List<KeyValuePair<string, string>> facts = identified.Identity.QemuName is { } name ? [new("qemu.name", name)] : [];
        if (identified.Identity.Port is { } port)
            facts.Add(new("agent.port", port.Id ?? ""));
        ShowFacts(facts, _snapshot with { Id = id });
        _port = identified.Identity.Port;
        _uuid = identified.Identity.Uuid;
        TellHost(_uuid, _condition.RunState);
        // Nothing that could be migrated, or it does not say.
        if (_uuid is null || (_condition.RunState is null && _lastAnswered == _lastQuestion))
            Reveal();
        TellSeen();
        OnPortSeen(_port?.Open, identified.PortEvents);
        if (_agent is not null && _port is { Id: null })
            OnSilentPort();
    }

    private void OnSilentPort()
    {
        AskAgentProcess();
        Timers.StartPeriodicTimer(PortPollTimer, VmSignals.PortPollDue.Instance, _settings.PortPoll);
    }

    private void OnQmpEvent(QmpEvent happened)
    {
        if (happened.Name == "MIGRATION")
            _migrationStatus = happened.Text("status");
        Apply(_condition.Apply(happened));
        if (VmCondition.ChangesRunState(happened))
            AskStatus(_settings.QueryTimeout);
        if (happened.Name == "VSERPORT_CHANGE")
            _portEvents++;
        if (happened.Name == "VSERPORT_CHANGE" && _port?.Id is { } port && happened.Text("id") == port && happened.Flag("open") is { } open)
            _agent?.Tell(new AgentCommands.SetPort(open, FromEvent: !IsPortOfArrival()));
        ProvePower(happened);
        PublishQmp(happened);
        SuspectChange(happened);
    }

    private void PublishQmp(QmpEvent happened)
    {
        Publish(happened.Name, happened.Data, Provenance.Host, happened.Timestamp);
        if (GuestEvents.Derive(happened) is var (name, data) && !IsOfSameReboot(name))
            Publish(name, data, Provenance.Host, happened.Timestamp);
    }

    /// <summary>The VmHost finds the two QEMUs of a migrated VM by it.</summary>
    private void TellHost(Guid? uuid, string? runState) => Context.Parent.Tell(new MigrationEvents.Identified(uuid, runState));

    /// <summary>Resets in a row, as kernels that try all ways and firmware make them, are one reboot.</summary>
    private bool IsOfSameReboot(string derived)
    {
        if (derived != "GUEST_REBOOT")
            return false;
        var (last, now) = (_lastReset, _settings.Time.GetTimestamp());
        _lastReset = now;
        return last is { } before && _settings.Time.GetElapsedTime(before, now) < _settings.RebootPause;
    }

    /// <summary>
    /// Asks whether QEMU itself is alive: that tells whose silence it is. The answer is usually there when the command's deadline must be
    /// explained; if it is not, the explanation waits for it.
    /// </summary>
    private void OnAgentSlow(TimeSpan remaining)
    {
        var share = remaining * ProbeShare;
        AskStatus(share < _settings.ProbeTimeout ? share : _settings.ProbeTimeout);
        _explanation = _lastQuestion;
    }

    private void AskStatus(TimeSpan timeout)
    {
        var question = ++_lastQuestion;
        QmpChannel.ExecuteAsync(QueryStatus, timeout).PipeTo(Self, success: result => new VmSignals.StatusAnswered(question, result));
    }

    /// <summary>Answers may come in another order than their questions: each is a message of its own.</summary>
    private void OnStatusAnswered(VmSignals.StatusAnswered answered)
    {
        _lastAnswered = Math.Max(_lastAnswered, answered.Question);
        if (answered.Result is CommandResult.NoReply { Cause: NoReplyCause.DeadlinePassed } && answered.Question == _lastQuestion)
        {
            OnQemuSilent();
            return;
        }
        if (answered.Result is CommandResult.NoReply)
            return;
        _failedProbes = 0;
        Timers.Cancel(ProbeTimer);
        var isNewest = answered.Question == _lastQuestion;
        var runState = isNewest ? RunStateOf(answered.Result) : _condition.RunState;
        Apply(_condition with { Qmp = QmpLink.Online, QmpMessage = null, RunState = runState, IsStopUnexplained = _condition.IsStopUnexplained && !isNewest });
        if (_uuid is not null && isNewest && runState is null)
            Reveal();
        ConsiderMigrationLater();
    }

    private void OnQemuSilent()
    {
        _failedProbes++;
        Timers.StartSingleTimer(ProbeTimer, VmSignals.ProbeDue.Instance, _settings.Probe.After(_failedProbes));
        Apply(_condition with { Qmp = QmpLink.Silent, IsStopUnexplained = false, QmpMessage = "QEMU does not answer query-status: its process is stopped, or its main loop is stuck" });
        Reveal();
    }

    private void ExplainSilence(int? question)
    {
        if (question is null || question != _explanation)
            return;
        _explanation = null;
        var unexplained = _unexplained.ToArray();
        _unexplained.Clear();
        foreach (var (invocation, silence) in unexplained)
            OnReplied(invocation, silence);
    }

    private void PollPort()
    {
        if (_port is not { } port)
            return;
        var (attachment, portEvents) = (_attachment, _portEvents);
        port.QueryOpenAsync(QmpChannel, _settings.QueryTimeout).PipeTo(Self, success: open => new VmSignals.PortPolled(attachment, open, portEvents));
    }

    private void OnPortPolled(VmSignals.PortPolled polled)
    {
        if (polled.Attachment == _attachment)
            OnPortSeen(polled.Open, polled.PortEvents);
    }

    /// <summary>What was seen is only as old as its question: if an event came in between, the port is looked at again.</summary>
    private void OnPortSeen(bool? seen, int eventsWhenAsked)
    {
        if (eventsWhenAsked != _portEvents)
            PollPort();
        else if (seen is { } open)
            _agent?.Tell(new AgentCommands.SetPort(open, FromEvent: false));
    }

    private void Publish(string name, ReadOnlyMemory<byte> data, Provenance provenance) => Publish(name, data, provenance, Now);

    private void Publish(string name, ReadOnlyMemory<byte> data, Provenance provenance, DateTimeOffset? time)
    {
        TellEvent(name, data, time);
        PublishToLog(name, data, provenance, time);
    }

    private void PublishToLog(string name, ReadOnlyMemory<byte> data, Provenance provenance, DateTimeOffset? time)
    {
        _environment.Events.Tell(new FleetEvent
        {
            Host = _environment.Host,
            Vm = _snapshot.Id,
            VmName = _spec.Name,
            Name = name,
            Data = data,
            Time = time ?? Now,
            Provenance = provenance,
            Incarnation = _snapshot.Incarnation,
            Session = _session,
            Seen = _snapshot,
        });
    }

    /// <summary>A peer that does not know the question, such as a storage daemon, has no run state.</summary>
    private static string? RunStateOf(CommandResult result)
    {
        if (result is not CommandResult.Returned returned)
            return null;
        using var document = JsonDocument.Parse(returned.Value);
        return document.RootElement.TryGetProperty("status"u8, out var status) ? status.GetString() : null;
    }
}
