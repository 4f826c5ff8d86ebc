using System.Net.Sockets;

namespace Orchestrator.Host.Emulation.Sockets;

/// <summary>A connected client. Holds no buffer but for what the client does not take.</summary>
internal sealed class EmulatedClient : IReadySocket
{
    /// <summary>Bytes that may wait for a client that does not read; more end the connection.</summary>
    public const int MaxWaitingBytes = 64 << 20;

    private readonly EventLoop _loop;
    private readonly Socket _socket;
    private readonly IEmulatedPeer _peer;
    private readonly Action _closed;
    private Queue<ReadOnlyMemory<byte>>? _waiting;
    private long _waitingBytes;
    private bool _reads = true;
    private bool _isClosed;

    /// <summary>Takes over a connected socket, and reads it.</summary>
    public EmulatedClient(EventLoop loop, Socket socket, IEmulatedPeer peer, Action closed)
    {
        (_loop, _socket, _peer, _closed) = (loop, socket, peer, closed);
        socket.Blocking = false;
        if (socket.ProtocolType == ProtocolType.Tcp)
            socket.NoDelay = true;
        loop.Watch(socket, this, read: true);
    }

    private bool IsBlocked => _waiting is { Count: > 0 };

    /// <inheritdoc/>
    public void OnReady()
    {
        // Of a client that is not read and takes everything, only its end is told.
        if (!_reads && !IsBlocked)
            Close();
        else if (IsBlocked)
            Flush();
        if (!_isClosed && _reads)
            Receive();
    }

    /// <summary>Whether what the client sends is taken; else it stays in the socket, as with a peer that is stopped.</summary>
    public void Read(bool reads)
    {
        if (_isClosed || _reads == reads)
            return;
        _reads = reads;
        _loop.Change(_socket, reads, IsBlocked);
    }

    /// <summary>Sends bytes that nobody changes any more, after those before.</summary>
    public void Send(ReadOnlyMemory<byte> bytes)
    {
        if (_isClosed)
            return;
        if (!IsBlocked)
            bytes = bytes[TrySend(bytes.Span)..];
        if (bytes.IsEmpty || _isClosed)
            return;
        _waitingBytes += bytes.Length;
        if (_waitingBytes > MaxWaitingBytes)
        {
            Close();
            return;
        }
        (_waiting ??= new()).Enqueue(bytes);
        _loop.Change(_socket, _reads, write: true);
    }

    /// <summary>Ends the connection.</summary>
    public void Close()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _loop.Forget(_socket);
        _socket.Dispose();
        _closed();
        _peer.OnDisconnected();
    }

    private void Receive()
    {
        var count = _socket.Receive(_loop.Shared, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return;
        if (error != SocketError.Success || count == 0)
            Close();
        else
            _peer.OnReceived(_loop.Shared.AsSpan(0, count));
    }

    private void Flush()
    {
        while (_waiting!.TryPeek(out var next))
        {
            _waiting.Dequeue();
            var sent = TrySend(next.Span);
            _waitingBytes -= sent;
            if (_isClosed)
                return;
            if (sent == next.Length)
                continue;
            // Back to the front: what follows waits behind it.
            _waiting = new Queue<ReadOnlyMemory<byte>>([next[sent..], .. _waiting]);
            return;
        }
        _waiting = null;
        _loop.Change(_socket, _reads, write: false);
    }

    private int TrySend(ReadOnlySpan<byte> bytes)
    {
        var sent = _socket.Send(bytes, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
            Close();
        return _isClosed ? 0 : sent;
    }
}
