using Akka.Actor;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>Tells every VmHost of a node what anybody needs to know of guests: the node's own, and the remote ones that it has now. One per node.</summary>
public sealed class ObservedVmHosts : UntypedActor
{
    private readonly HashSet<IActorRef> _hosts;
    private VmHostCommands.SetObservation? _needs;

    /// <summary>A VmHost from now on: its <see cref="VmHostSupervisor"/>, until it stops.</summary>
    public sealed record Join(IActorRef VmHost) : INoSerializationVerificationNeeded;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ObservedVmHosts(IActorRef own) => _hosts = [own];

    /// <summary>Props. Give it to the <see cref="ObservationDesk"/> or the <see cref="ObservationShare"/> in the place of the <see cref="VmHostSupervisor"/>.</summary>
    /// <param name="own">The <see cref="VmHostSupervisor"/> of the node's own VMs.</param>
    public static Props PropsFor(IActorRef own) => Props.Create(() => new ObservedVmHosts(own));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case VmHostCommands.SetObservation needs:
                _needs = needs;
                foreach (var host in _hosts)
                    host.Tell(needs);
                break;
            case Join join:
                _hosts.Add(Context.Watch(join.VmHost));
                if (_needs is not null)
                    join.VmHost.Tell(_needs);
                break;
            case Terminated terminated:
                _hosts.Remove(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
