using System.Net.Sockets;

namespace Orchestrator.Host.Emulation.Sockets;

/// <summary>What is behind a listening socket. Called on the loop.</summary>
internal interface IEmulatedPeer
{
    /// <summary>A client came. There is one at a time.</summary>
    void OnConnected(EmulatedClient client);

    /// <summary>The client sent bytes, which are gone when this returns.</summary>
    void OnReceived(ReadOnlySpan<byte> bytes);

    /// <summary>The client left, or was sent away.</summary>
    void OnDisconnected();
}

/// <summary>A listening socket with one client at a time, as QEMU's: who comes meanwhile waits, connected, and hears nothing.</summary>
internal sealed class EmulatedListener : IReadySocket, IDisposable
{
    private const int Backlog = 16;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly EventLoop _loop;
    private readonly Socket _socket;
    private readonly IEmulatedPeer _peer;
    private EmulatedClient? _client;

    /// <summary>Listens from here on.</summary>
    /// <param name="loop">Serves it.</param>
    /// <param name="socket">Bound; owned from here on.</param>
    /// <param name="peer">Gets the clients.</param>
    public EmulatedListener(EventLoop loop, Socket socket, IEmulatedPeer peer)
    {
        (_loop, _socket, _peer) = (loop, socket, peer);
        socket.Blocking = false;
        socket.Listen(Backlog);
        loop.Watch(socket, this, read: true);
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        Socket accepted;
        try
        {
            accepted = _socket.Accept();
        }
        catch (SocketException e)
        {
            if (e.SocketErrorCode != SocketError.WouldBlock)
                Rest();
            return;
        }
        _loop.Change(_socket, read: false, write: false);
        _client = new EmulatedClient(_loop, accepted, _peer, OnClosed);
        _peer.OnConnected(_client);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client?.Close();
        _loop.Forget(_socket);
        _socket.Dispose();
    }

    private void OnClosed()
    {
        _client = null;
        _loop.Change(_socket, read: true, write: false);
    }

    /// <summary>There is no descriptor for a client now; it would be told again at once.</summary>
    private void Rest()
    {
        _loop.Change(_socket, read: false, write: false);
        _loop.After(Pause, () =>
        {
            if (_client is null)
                _loop.Change(_socket, read: true, write: false);
        });
    }
}
