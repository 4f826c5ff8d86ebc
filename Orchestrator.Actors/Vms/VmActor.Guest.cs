using System.Text.Json;
using Akka.Actor;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Freezing;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Actors.Vms.Agent;
using Orchestrator.Protocol.Agent.Files;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms;

/// <summary>What the agent's channel says, and who the guest is.</summary>
internal sealed partial class VmActor
{
    private bool _lossTold = true;
    private int _identityNews;

    private void OnAgentChanged(AgentEvents.StateChanged changed)
    {
        _agentChanges++;
        var lost = _snapshot.Incarnation > 0 && changed.State is AgentState.Absent or AgentState.Unresponsive;
        if (changed.Quarantine is { } quarantine)
            OnQuarantined(quarantine);
        var forgets = changed.State == AgentState.Absent || changed.NewIncarnation;
        if (forgets)
            _identifiedIncarnation = -1;
        // The node in between was lost, or the guest's agent with it.
        _comparesAgent |= changed.State == AgentState.Absent && _place.LentBy is not null;
        Apply(_condition with
        {
            Agent = changed.State,
            AgentMessage = changed.Message,
            Capabilities = forgets ? null : _condition.Capabilities,
        });
        if (lost)
            TellLoss(changed.State);
        if (changed is { State: AgentState.Ready, NewIncarnation: true })
            OnIncarnation();
        else if (changed.State == AgentState.Ready)
            OnSameChannel();
        if (changed.State != AgentState.Ready)
            return;
        _session++;
        // A late answer comes before the synchronization that this tells of: none can come any more.
        _unknown.Clear();
        FollowAdopted(isSameAgent: !changed.NewIncarnation);
        Take(_lease.On(new LeaseInput.RetryDue()));
    }

    /// <summary>No bytes come from the guest any more: its loss is told by this event alone.</summary>
    private void OnQuarantined(GuestQuarantine quarantine)
    {
        _lossTold = true;
        _snapshot = _snapshot with { Quarantine = quarantine };
        VmLogEntries.Quarantined(Context.Log<VmActor>(), _spec.Name, quarantine.Kind, quarantine.Reason);
        var (name, data) = GuestEvents.Quarantined(quarantine, _snapshot.Incarnation);
        Publish(name, data, Provenance.Host);
    }

    private void OnRelease()
    {
        if (_snapshot.Quarantine is null)
        {
            Sender.Tell(new VmReplies.NotQuarantined(_snapshot));
            return;
        }
        _agent!.Tell(AgentCommands.Release.Instance);
        _snapshot = _snapshot with { Quarantine = null };
        Apply(_condition with { Agent = AgentState.Connecting, AgentMessage = "released from quarantine: the agent's channel is being opened" });
        Sender.Tell(new VmReplies.Released(_snapshot));
    }

    private void OnSameChannel()
    {
        _lossTold = false;
        // The node in between was lost, and what the guest can do forgotten with it.
        if (_identifiedIncarnation < 0 && _place.LentBy is not null)
            AskWhatGuestHas();
        AskAgentProcess();
        CompareAgent();
    }

    private void TellLoss(AgentState state)
    {
        // A guest that was migrated away is not lost.
        if (_lossTold || _lastRunState == "postmigrate")
            return;
        _lossTold = true;
        var reason = state == AgentState.Unresponsive ? "silent" : _condition.Qmp == QmpLink.Down ? "channel-failed" : "port-closed";
        var (name, data) = GuestEvents.AgentLost(_snapshot.Incarnation, reason);
        Publish(name, data, Provenance.Host);
    }

    private void OnIncarnation()
    {
        _lossTold = false;
        _agentProcess = null;
        _identityNews = _freezeNews;
        var incarnation = _snapshot.Incarnation + 1;
        Show(_snapshot with { Incarnation = incarnation });
        RenewObservation();
        if (incarnation > 1)
        {
            var (name, data) = GuestEvents.AgentRestarted(incarnation);
            Publish(name, data, Provenance.Host);
        }
        AskWhatGuestHas(isNew: true);
    }

    /// <param name="isNew">Whether that the agent has started is to be told.</param>
    private void AskWhatGuestHas(bool isNew = false)
    {
        var incarnation = _snapshot.Incarnation;
        GuestIdentity.QueryAsync(new AgentChannel(_agent!, _settings.Time), _settings.QueryTimeout)
            .PipeTo(Self, success: identity => new VmSignals.GuestIdentified(incarnation, identity, isNew));
    }

    private void OnGuestIdentified(VmSignals.GuestIdentified identified)
    {
        if (identified.Incarnation != _snapshot.Incarnation)
            return;
        AskAgentProcess();
        var identity = identified.Identity;
        if (identity.Frozen is { } frozen && _identityNews == _freezeNews)
            OnFrozenTold(frozen);
        _condition = _condition with { Capabilities = identity.Capabilities };
        _identifiedIncarnation = identified.Incarnation;
        ShowFacts(identity.Facts, _snapshot with { Guest = identity.Guest ?? _snapshot.Guest });
        ConsiderObservation();
        if (!identified.IsNew || identity.Guest is not { } guest)
            return;
        var (name, data) = GuestEvents.Startup(guest);
        Publish(name, data, Provenance.Guest);
    }

    /// <summary>A file that was opened too late has nobody to close it: its number was told to no one else.</summary>
    private void OnLateReply(AgentEvents.LateReply late)
    {
        if (late is { Command.Name: "guest-file-open", Result: CommandResult.Returned handle })
            _agent!.Tell(new AgentCommands.CloseLater(GuestFile.EncodeClose(JsonElement.Parse(handle.Value.Span).GetInt64())));
        else
        {
            NoteFreezeNews(late.Command, late.Result);
            OnLateEvidence(late);
        }
        VmLogEntries.AnsweredLate(Context.Log<VmActor>(), _spec.Name, late.Command.Name, late.Result.GetType().Name);
    }
}
