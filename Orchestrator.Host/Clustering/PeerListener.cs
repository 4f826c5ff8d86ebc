using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orchestrator.Host.Clustering;

/// <summary>Where the other nodes of a cluster reach this one's API: with certificates of the cluster's authority, or on loopback.</summary>
internal static class PeerListener
{
    /// <summary>Adds it to the web server.</summary>
    public static void AddTo(KestrelServerOptions server, ClusterParts cluster)
    {
        var tls = cluster.Tls;
        server.Listen(ClusterPorts.Peer(cluster.Options, tls is not null), listener =>
        {
            listener.Use(next => connection =>
            {
                connection.Features.Set(PeerConnection.Instance);
                return next(connection);
            });
            tls?.Secure(listener);
        });
    }
}

/// <summary>Marks a connection of another node.</summary>
internal sealed class PeerConnection
{
    public static readonly PeerConnection Instance = new();
}
