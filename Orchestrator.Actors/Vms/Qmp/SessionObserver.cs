using Akka.Actor;
using Orchestrator.Protocol.Qmp;

namespace Orchestrator.Actors.Vms.Qmp;

/// <summary>Turns what a QMP session notices into messages.</summary>
internal sealed class SessionObserver(IActorRef owner, IActorRef vm) : IQmpSessionObserver
{
    public void OnEvent(QmpEvent qmpEvent) => vm.Tell(new QmpEvents.Happened(qmpEvent), owner);

    public void OnClosed(string cause) => owner.Tell(new QmpSignals.SessionClosed(this, cause));
}
