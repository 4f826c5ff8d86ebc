using Akka.Actor;
using Orchestrator.Actors.Telemetry;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qmp.Server;

namespace Orchestrator.Actors.Endpoints;

/// <summary>
/// Owns the clients of all VMs' QMP endpoints: one child per client, made when it connects. A client whose actor fails loses its connection, and nobody
/// else notices. One per node.
/// </summary>
public sealed class QmpEndpointSupervisor : UntypedActor
{
    private readonly GuestNamespace _guest;
    private readonly EndpointSettings _settings;
    private readonly Dictionary<IActorRef, IActorRef> _vmOfClient = [];
    private readonly Share _clients = new(EndpointMetrics.Clients);

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public QmpEndpointSupervisor(GuestNamespace guest, EndpointSettings settings) => (_guest, _settings) = (guest, settings);

    /// <summary>Props.</summary>
    /// <param name="guest">The guest commands that clients may send.</param>
    /// <param name="settings">Deadlines, limits and policy.</param>
    public static Props PropsFor(GuestNamespace guest, EndpointSettings settings) => Props.Create(() => new QmpEndpointSupervisor(guest, settings));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void PostStop() => _clients.Dispose();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case EndpointCommands.Serve serve:
                OnServe(serve);
                break;
            case Terminated terminated:
                _vmOfClient.Remove(terminated.ActorRef);
                _clients.Set(_vmOfClient.Count);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnServe(EndpointCommands.Serve serve)
    {
        if (_vmOfClient.Values.Count(serve.Vm.Equals) >= _settings.MaxClients)
        {
            EndpointMetrics.Refused.Add();
            var error = new CommandError("GenericError", $"the endpoint of the VM '{serve.VmName}' has {_settings.MaxClients} clients already: end one of them");
            serve.Connection.TrySend(QmpMessages.Error(error, default));
            _ = serve.Connection.DisposeAsync().AsTask();
            return;
        }
        var client = Context.ActorOf(QmpClientActor.PropsFor(serve.Connection, serve.Vm, _guest, _settings));
        _vmOfClient.Add(client, serve.Vm);
        _clients.Set(_vmOfClient.Count);
        Context.Watch(client);
    }
}
