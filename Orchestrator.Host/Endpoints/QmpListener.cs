using System.Net.Sockets;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Endpoints;

/// <summary>One listening socket of a VM. Costs a descriptor and a waiting accept, no thread and no buffer. Disposing removes its file.</summary>
internal sealed class QmpListener : IDisposable
{
    private const int Backlog = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Socket _socket;
    private readonly string _path;

    /// <summary>Listens; the file in its place must be gone.</summary>
    /// <exception cref="SocketException">It cannot be bound.</exception>
    /// <exception cref="IOException">This process has too many descriptors.</exception>
    public QmpListener(string path)
    {
        DescriptorLimit.Demand();
        _path = path;
        _socket = ListenEndpoint.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen(Backlog);
    }

    /// <summary>Hands every client to <paramref name="accepted"/> until it is disposed.</summary>
    public async Task AcceptAsync(Action<Socket> accepted, TimeProvider time)
    {
        while (true)
        {
            try
            {
                var client = await _socket.AcceptAsync().ConfigureAwait(false);
                if (DescriptorLimit.HasRoomForClient())
                    accepted(client);
                else
                    client.Dispose();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return;
            }
            catch (SocketException)
            {
                // The client left again, or there is no descriptor for it now.
                await Task.Delay(Pause, time).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }
}
