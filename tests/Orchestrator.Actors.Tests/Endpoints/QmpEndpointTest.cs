using Akka.Actor;
using Orchestrator.Actors.Endpoints;
using Orchestrator.Actors.Tests.Vms;
using Orchestrator.Protocol.Qapi;
using Orchestrator.Protocol.Qmp.Server;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Endpoints;

/// <summary>The endpoint of a VM with a fake QEMU and a fake agent below it.</summary>
public abstract class QmpEndpointTest : VmActorTest
{
    private IActorRef? _endpoint;

    private protected EndpointSettings EndpointSettings { get; set; } = new();

    private protected IActorRef Endpoint => _endpoint ??= Sys.ActorOf(QmpEndpointSupervisor.PropsFor(GuestNamespace.BuiltIn, EndpointSettings with { Time = Time }));

    /// <summary>A client that has connected.</summary>
    private protected EndpointClient Connect()
    {
        var connection = new MemoryConnection();
        Endpoint.Tell(new EndpointCommands.Serve(new QmpServerConnection(connection.Client, new QmpServerOptions()), "web1", Vm));
        return new EndpointClient(connection);
    }

    /// <summary>A client that has negotiated.</summary>
    private protected async Task<EndpointClient> NegotiatedAsync(string negotiation = EndpointClient.Negotiation)
    {
        var client = Connect();
        await client.NegotiateAsync(negotiation);
        return client;
    }
}
