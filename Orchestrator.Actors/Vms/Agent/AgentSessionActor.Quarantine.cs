using Akka.Actor;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Vms.Agent;

/// <summary>A guest that exceeded a budget: nothing is read from it until an operator releases it. What it does meanwhile cannot free it.</summary>
internal sealed partial class AgentSessionActor
{
    private void Quarantined(object message)
    {
        switch (message)
        {
            case AgentCommands.Release:
                OnReleased();
                break;
            case AgentCommands.SetPort port:
                _portOpen = port.Open;
                break;
            default:
                Always(message);
                break;
        }
    }

    /// <summary>The channel is closed. A command that was written ends as lost, those that wait were never sent.</summary>
    private void BecomeQuarantined(GuestQuarantine quarantine)
    {
        Forsake();
        Timers.Cancel(ConnectTimer);
        Become(Quarantined);
        _told = AgentState.Quarantined;
        VmMetrics.Quarantines.Add((int)quarantine.Kind);
        var message = $"the guest is quarantined: {quarantine.Reason}. 'vm get' shows the evidence; 'vm release' opens its channel again";
        Context.Parent.Tell(new AgentEvents.StateChanged(AgentState.Quarantined, message, NewIncarnation: false) { Quarantine = quarantine });
        _queue.EndImpatient(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, message));
        if (_connection is { } connection)
            _ = CloseAsync(connection);
    }

    private void OnReleased()
    {
        _budget.Reset();
        _told = null;
        _failures = 0;
        _newIncarnation = true;
        Become(Disconnected);
        Connect();
    }

    /// <returns>Whether the guest has opened and closed its port too often. An event without a change is QEMU's word for two changes.</returns>
    private bool IsFlapping(AgentCommands.SetPort port)
    {
        if (_portOpen is not { } was || (was == port.Open && !port.FromEvent) || !_budget.CountPortChange())
            return false;
        _portOpen = port.Open;
        BecomeQuarantined(_budget.Quarantine!);
        return true;
    }
}
