using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>
/// A thread that reads sockets as they become ready, and runs what is posted to it. What the one leads to is done by the other on the same thread: neither a command's way
/// to its socket nor an answer's to its caller wakes another one, which costs more than all the rest of their way. Nothing on it may block. Any thread may call it.
/// </summary>
public sealed class SocketLoop : IDisposable
{
    [ThreadStatic]
    private static SocketLoop? _current;

    private readonly Epoll _epoll = new();
    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _own = new();
    private List<IThreadPoolWorkItem> _posted = [];
    private List<IThreadPoolWorkItem> _taken = [];
    private bool _isAsleep;
    private bool _isStopped;
    private bool _isEnded;

    /// <summary>Begins.</summary>
    /// <param name="name">Of the thread, for those who look.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">This process has too many descriptors.</exception>
    public SocketLoop(string name)
    {
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Runs something soon, on the loop. Any thread.</summary>
    public void Post(IThreadPoolWorkItem item)
    {
        if (_current == this)
        {
            _own.Enqueue(item);
            return;
        }
        lock (_gate)
        {
            if (_isStopped)
            {
                ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
                return;
            }
            _posted.Add(item);
            // With the lock: without it, the loop may have ended meanwhile, and its descriptor be another's.
            if (_isAsleep)
                _epoll.Wake();
            _isAsleep = false;
        }
    }

    /// <summary>As <see cref="EndpointConnector.ConnectAsync"/>; a Unix socket is read on the loop from then on. One read and one write at a time.</summary>
    /// <exception cref="SocketException">Nobody listens, or the address is unreachable.</exception>
    public async Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken) => endpoint switch
    {
        // Of a socket for whose connection it had to wait, .NET would go on watching what has become of it here. A Unix socket is connected at once or not at all.
        Endpoint.Unix unix when OperatingSystem.IsLinux() => LoopStream.Of(await EndpointConnector.ConnectUnixAsync(unix.Path, cancellationToken).ConfigureAwait(false), this),
        _ => await EndpointConnector.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false),
    };

    /// <summary>Ends the thread when it has done what it is at. What is posted from then on, such as the closing of connections, runs on the thread pool; nothing is read any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopped)
                return;
            _isStopped = true;
            _epoll.Wake();
        }
    }

    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    internal void Watch(int descriptor, GCHandle stream)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isEnded, this);
            _epoll.Watch(descriptor, GCHandle.ToIntPtr(stream), EpollEvents.Readable | EpollEvents.Writable | EpollEvents.PeerHungUp | EpollEvents.EdgeTriggered);
        }
    }

    /// <summary>From what was posted only: not between what is ready, of which the stream may be.</summary>
    internal void Forget(int descriptor)
    {
        lock (_gate)
        {
            if (!_isEnded)
                _epoll.Forget(descriptor);
        }
    }

    private void Run()
    {
        _current = this;
        while (Take())
        {
            for (var left = _own.Count; left > 0; left--)
                _own.Dequeue().Execute();
            var ready = _epoll.Wait(MaySleep() ? -1 : 0);
            for (var i = 0; i < ready; i++)
            {
                var (tag, events) = _epoll.At(i);
                if (tag != Epoll.Woken)
                    ((LoopStream)GCHandle.FromIntPtr(tag).Target!).OnReady(events);
            }
        }
        End();
    }

    private void End()
    {
        _current = null;
        foreach (var item in _own)
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        lock (_gate)
        {
            _isEnded = true;
            _epoll.Dispose();
        }
    }

    /// <returns><see langword="false"/> at the end.</returns>
    private bool Take()
    {
        bool isStopped;
        lock (_gate)
        {
            _isAsleep = false;
            isStopped = _isStopped;
            (_taken, _posted) = (_posted, _taken);
        }
        foreach (var item in _taken)
            _own.Enqueue(item);
        _taken.Clear();
        return !isStopped;
    }

    private bool MaySleep()
    {
        if (_own.Count > 0)
            return false;
        lock (_gate)
            return _isAsleep = _posted.Count == 0 && !_isStopped;
    }
}
