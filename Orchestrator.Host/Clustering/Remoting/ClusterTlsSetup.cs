using Akka.Actor.Setup;
using Orchestrator.Host.Clustering.Tls;

namespace Orchestrator.Host.Clustering.Remoting;

/// <summary>Brings a node's certificates to its <see cref="TlsTransport"/>, which the actor system makes itself.</summary>
internal sealed class ClusterTlsSetup(ClusterTls tls) : Setup
{
    public ClusterTls Tls => tls;
}
