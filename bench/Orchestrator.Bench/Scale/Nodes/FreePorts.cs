using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Bench.Scale.Nodes;

/// <summary>Ports of loopback that nobody uses.</summary>
public static class FreePorts
{
    /// <summary>So many different ones. Somebody else may take one before it is used: what is to listen there says so.</summary>
    public static IReadOnlyList<int> Take(int count)
    {
        // All are held until the last one is there, so that none comes twice.
        var held = new List<Socket>(count);
        try
        {
            while (held.Count < count)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                held.Add(socket);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            }
            return [.. held.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (var socket in held)
                socket.Dispose();
        }
    }
}
