using System.Net;
using System.Net.Sockets;
using Orchestrator.Host.Clustering;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Tests.Clustering;

/// <summary>A port that another has is said before anything listens, which for Akka's would be a stack trace.</summary>
public sealed class ClusterPortsTests
{
    [Fact]
    public void Ports_that_are_free_are_no_trouble()
    {
        var (remoting, peer) = (FreePort(), FreePort());

        ClusterPorts.Require(Options($"127.0.0.1:{remoting}", $"127.0.0.1:{peer}"), isSecure: false);

        // Not held either.
        ClusterPorts.Require(Options($"127.0.0.1:{remoting}", $"127.0.0.1:{peer}"), isSecure: false);
    }

    [Fact]
    public void A_port_of_remoting_that_another_has_is_told_with_its_setting()
    {
        using var other = Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var refused = Assert.Throws<ServeException>(() => ClusterPorts.Require(Options($"127.0.0.1:{port}", $"127.0.0.1:{FreePort()}"), isSecure: false));

        Assert.Equal($"another program, or another node, listens on 127.0.0.1:{port} already: end it, or choose another port by cluster.listen (--cluster-listen)", refused.Message);
    }

    [Fact]
    public void A_port_for_the_peers_that_another_has_is_told_with_its_setting()
    {
        using var other = Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;

        var refused = Assert.Throws<ServeException>(() => ClusterPorts.Require(Options($"127.0.0.1:{FreePort()}", $"127.0.0.1:{port}"), isSecure: true));

        Assert.Contains("cluster.peer", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_another_machine_is_told()
    {
        var refused = Assert.Throws<ServeException>(() => ClusterPorts.Require(Options($"127.0.0.1:{FreePort()}", $"192.0.2.1:{FreePort()}"), isSecure: true));

        Assert.Contains("cannot listen on 192.0.2.1:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("cluster.peer", refused.Message, StringComparison.Ordinal);
    }

    private static ClusterOptions Options(string listen, string peer) =>
        new(NodeAddress.Parse(listen, "", "listen"), NodeAddress.Parse(peer, "", "peer"), [], [], null);

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static int FreePort()
    {
        using var socket = Listen();
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
