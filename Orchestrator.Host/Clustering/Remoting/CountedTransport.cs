using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace Orchestrator.Host.Clustering.Remoting;

/// <summary>Akka's own transport over TCP, for nodes of one machine, whose frames are counted (<see cref="RemotingMetrics"/>). It has the settings and addresses of Akka's.</summary>
internal sealed class CountedTransport : Transport
{
    /// <summary>The default of <c>akka.remote.dot-netty.tcp.transport-class</c>, which is known by its name only.</summary>
    private const string AkkaClass = "Akka.Remote.Transport.DotNetty.TcpTransport, Akka.Remote";

    private readonly Transport _tcp;

    /// <summary>Made by Akka, by name.</summary>
    /// <exception cref="ConfigurationException">This version of Akka has no such transport.</exception>
    public CountedTransport(ActorSystem system, Config config)
    {
        var type = Type.GetType(AkkaClass) ?? throw new ConfigurationException($"Akka has no {AkkaClass} any more");
        _tcp = (Transport)Activator.CreateInstance(type, system, config)!;
        (System, Config, SchemeIdentifier, MaximumPayloadBytes) = (system, config, _tcp.SchemeIdentifier, _tcp.MaximumPayloadBytes);
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => _tcp.IsResponsibleFor(remote);

    /// <inheritdoc/>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var (address, tcpEvents) = await _tcp.Listen().ConfigureAwait(false);
        var events = new TaskCompletionSource<IAssociationEventListener>();
        _ = PassOnAsync(events.Task, tcpEvents);
        return (address, events);
    }

    /// <inheritdoc/>
    public override async Task<AssociationHandle> Associate(Address remoteAddress) => new CountedAssociation(await _tcp.Associate(remoteAddress).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task<bool> Shutdown() => _tcp.Shutdown();

    private static async Task PassOnAsync(Task<IAssociationEventListener> events, TaskCompletionSource<IAssociationEventListener> tcpEvents) =>
        tcpEvents.TrySetResult(new CountedListener(await events.ConfigureAwait(false)));

    private sealed class CountedListener(IAssociationEventListener listener) : IAssociationEventListener
    {
        public void Notify(IAssociationEvent ev) => listener.Notify(ev is InboundAssociation inbound ? new InboundAssociation(new CountedAssociation(inbound.Association)) : ev);
    }

    /// <summary>A connection of Akka's; who reads it reads Akka's own.</summary>
    private sealed class CountedAssociation : AssociationHandle
    {
        private readonly AssociationHandle _tcp;

        public CountedAssociation(AssociationHandle tcp)
            : base(tcp.LocalAddress, tcp.RemoteAddress)
        {
            _tcp = tcp;
            ReadHandlerSource = tcp.ReadHandlerSource;
        }

        public override bool Write(ByteString payload)
        {
            if (!_tcp.Write(payload))
                return false;
            RemotingMetrics.CountSent(payload.Length);
            return true;
        }

        [Obsolete("Akka's own callers give a reason.")]
        public override void Disassociate() => _tcp.Disassociate();
    }
}
