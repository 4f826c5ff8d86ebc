using Akka.Actor;
using Orchestrator.Actors.Migration;
using Orchestrator.Actors.Vms.Qmp;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qmp;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Vms;

/// <summary>
/// Clients of the VM's QMP endpoint: they are told from here, and not through the hub, so that an event and the answer after it come in QEMU's order.
/// </summary>
internal sealed partial class VmActor
{
    private HashSet<IActorRef>? _followers;
    private QmpGreeting? _greeting;

    private void OnFollow(IActorRef follower)
    {
        (_followers ??= []).Add(follower);
        follower.Tell(Seen());
    }

    private VmEvents.Seen Seen() => new(_condition, _port, _greeting);

    private void TellSeen()
    {
        if (_followers is { Count: > 0 })
            TellFollowers(Seen());
    }

    private void TellEvent(string name, ReadOnlyMemory<byte> data, DateTimeOffset? time)
    {
        if (_followers is { Count: > 0 })
            TellFollowers(new VmEvents.Told(QmpMessages.Event(name, data.Span, time)));
    }

    /// <summary>Of a migration: its agent's turn is the agent's own to hold.</summary>
    private void OnAgentHold(AgentHold hold)
    {
        if (_agent is not null)
            _agent.Forward(hold);
        else if (hold is AgentHold.Take)
            Sender.Tell(new AgentHold.Held(IsDrained: true));
    }

    /// <summary>Of a migration, which knows which of the VM's QEMUs it means.</summary>
    private void OnAskQemu(AskQemu ask)
    {
        if ((ask.Qemu == _place.Name ? _qmp : _sides.Find(side => side.Spec.Name == ask.Qemu)?.Qmp) is { } qmp)
            qmp.Tell(new QmpCommands.Execute(ask.Command, ask.Deadline, ask.Receiver));
        else
            ask.Receiver.OnResult(new CommandResult.NoReply(NoReplyCause.NotReady, Written: false, $"{_spec.Name} has no QEMU '{ask.Qemu}'"));
    }

    private void TellFollowers(object message)
    {
        foreach (var follower in _followers ?? [])
            follower.Tell(message);
    }
}
