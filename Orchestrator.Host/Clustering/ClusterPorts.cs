using System.Net;
using System.Net.Sockets;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>Where a node of a cluster listens for the others. Without TLS nobody on another machine may reach it.</summary>
internal static class ClusterPorts
{
    /// <summary>Where Akka's remoting listens.</summary>
    public static IPEndPoint Remoting(ClusterOptions options) =>
        options.Listen.IsLoopback
            ? new IPEndPoint(IPAddress.TryParse(options.Listen.Host, out var loopback) ? loopback : IPAddress.Loopback, options.Listen.Port)
            : new IPEndPoint(IPAddress.TryParse(options.Listen.Host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, options.Listen.Port);

    /// <summary>Where the API for the other nodes listens.</summary>
    public static IPEndPoint Peer(ClusterOptions options, bool isSecure) =>
        new(IPAddress.TryParse(options.Peer.Host, out var parsed) ? parsed : isSecure ? IPAddress.IPv6Any : IPAddress.Loopback, options.Peer.Port);

    /// <summary>Sees to it that both are free, before anything listens there that could not say so.</summary>
    /// <exception cref="ServeException">One is not; the message says which, and what to do.</exception>
    public static void Require(ClusterOptions options, bool isSecure)
    {
        Require(Remoting(options), "cluster.listen (--cluster-listen)");
        Require(Peer(options, isSecure), "cluster.peer");
    }

    private static void Require(IPEndPoint endpoint, string setting)
    {
        if (endpoint.Port == 0)
            return;
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(endpoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new ServeException($"another program, or another node, listens on {endpoint} already: end it, or choose another port by {setting}");
        }
        catch (SocketException e)
        {
            throw new ServeException($"this node cannot listen on {endpoint} ({e.Message}): give an address of this machine and a port that it may use, by {setting}");
        }
    }
}
