using System.Net.Sockets;
using Orchestrator.Protocol.Transport.Loop;

namespace Orchestrator.Host.Emulation.Sockets;

/// <summary>Hears that a socket is ready. Called on the loop; must not block.</summary>
internal interface IReadySocket
{
    /// <summary>There is something to read, room to write, or an end: whatever was asked for should be tried.</summary>
    void OnReady();
}

/// <summary>
/// One thread that does everything an emulated fleet does: sockets that are ready, and what is due. Nothing that belongs to it needs a lock; nothing of
/// it may be called from another thread.
/// </summary>
/// <param name="time">Clock of what is due, with the resolution of a millisecond.</param>
internal sealed class EventLoop(TimeProvider time) : IDisposable
{
    private const int SharedBytes = 64 * 1024;
    private readonly Epoll _epoll = new();
    private readonly PriorityQueue<Action, (long Due, long Order)> _timers = new();
    private IReadySocket?[] _sockets = new IReadySocket?[1024];
    private long _order;

    /// <summary>For whoever reads a socket: what is in it belongs to the caller until it returns to the loop.</summary>
    public byte[] Shared { get; } = new byte[SharedBytes];

    /// <summary>Clock of what is due.</summary>
    public TimeProvider Time => time;

    /// <summary>Begins to watch a socket.</summary>
    public void Watch(Socket socket, IReadySocket handler, bool read)
    {
        var descriptor = DescriptorOf(socket);
        if (descriptor >= _sockets.Length)
            Array.Resize(ref _sockets, Math.Max(descriptor + 1, 2 * _sockets.Length));
        _sockets[descriptor] = handler;
        _epoll.Watch(descriptor, descriptor, Wanted(read, write: false));
    }

    /// <summary>Changes what is asked of a watched socket.</summary>
    public void Change(Socket socket, bool read, bool write) => _epoll.Change(DescriptorOf(socket), DescriptorOf(socket), Wanted(read, write));

    /// <summary>Ends the watching of a socket that will be closed.</summary>
    public void Forget(Socket socket)
    {
        _epoll.Forget(DescriptorOf(socket));
        _sockets[DescriptorOf(socket)] = null;
    }

    /// <summary>Calls something later; of what is due together, in the order in which it was asked for.</summary>
    public void After(TimeSpan delay, Action action) => _timers.Enqueue(action, (time.GetTimestamp() + (long)(delay.TotalSeconds * time.TimestampFrequency), _order++));

    /// <summary>Runs until it is cancelled.</summary>
    public void Run(CancellationToken cancel)
    {
        using var wake = cancel.Register(_epoll.Wake);
        while (!cancel.IsCancellationRequested)
            RunOnce();
    }

    /// <inheritdoc/>
    public void Dispose() => _epoll.Dispose();

    private void RunOnce()
    {
        var ready = _epoll.Wait(UntilNextTimer());
        for (var i = 0; i < ready; i++)
        {
            // What a handler before it has closed is not called; a new socket with the same descriptor finds nothing to do.
            if (_epoll.At(i).Tag is not Epoll.Woken and var descriptor)
                _sockets[descriptor]?.OnReady();
        }
        while (_timers.TryPeek(out var action, out var next) && next.Due <= time.GetTimestamp())
        {
            _timers.Dequeue();
            action();
        }
    }

    private int UntilNextTimer()
    {
        if (!_timers.TryPeek(out _, out var next))
            return -1;
        var left = (next.Due - time.GetTimestamp()) * 1000.0 / time.TimestampFrequency;
        return (int)Math.Clamp(Math.Ceiling(left), 0, int.MaxValue);
    }

    private static EpollEvents Wanted(bool read, bool write) => (read ? EpollEvents.Readable : 0) | (write ? EpollEvents.Writable : 0);

    private static int DescriptorOf(Socket socket) => (int)socket.Handle;
}
