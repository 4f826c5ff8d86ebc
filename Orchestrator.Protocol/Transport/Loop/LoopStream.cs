using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Orchestrator.Protocol.Transport.Loop;

/// <summary>
/// A connection of a <see cref="SocketLoop"/>. Whoever waits for a read goes on upon the loop; a write is done by its caller, and the loop does only what the peer does not
/// take at once. One read and one write at a time, which end by closing and not by a cancellation. Holds no buffer.
/// </summary>
internal sealed class LoopStream : Stream, IValueTaskSource<int>, IThreadPoolWorkItem
{
    private readonly SocketLoop _loop;
    private readonly int _descriptor;
    private readonly Lock _gate = new();
    private GCHandle _handle;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _buffer;
    private Unsent? _unsent;
    private bool _isReading;
    private bool _isReadable;
    private bool _hasEnded;
    private bool _isClosed;

    private LoopStream(SocketLoop loop, int descriptor) => (_loop, _descriptor) = (loop, descriptor);

    private sealed class Unsent(ReadOnlyMemory<byte> bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public ReadOnlyMemory<byte> Bytes { get; set; } = bytes;
    }

    /// <summary>Takes over a connection.</summary>
    /// <exception cref="IOException">This process has too many descriptors.</exception>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public static LoopStream Of(Socket socket, SocketLoop loop)
    {
        using (socket)
        {
            var stream = new LoopStream(loop, NativeSocket.Duplicate(socket));
            stream._handle = GCHandle.Alloc(stream);
            try
            {
                loop.Watch(stream._descriptor, stream._handle);
                return stream;
            }
            catch
            {
                stream.Release();
                throw;
            }
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Bytes that the peer has not read.</summary>
    public int Unread
    {
        get
        {
            lock (_gate)
                return _isClosed ? 0 : NativeSocket.Unread(_descriptor);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_isReading)
                throw new InvalidOperationException("one read at a time");
            if (_isReadable && TryReceive(buffer.Span) is >= 0 and var count)
                return new ValueTask<int>(count);
            (_isReading, _buffer) = (true, buffer);
            _read.Reset();
            return new ValueTask<int>(this, _read.Version);
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_unsent is not null)
                throw new InvalidOperationException("one write at a time");
            buffer = buffer[NativeSocket.Send(_descriptor, buffer.Span)..];
            if (buffer.IsEmpty)
                return ValueTask.CompletedTask;
            _unsent = new Unsent(buffer);
            return new ValueTask(_unsent.Task);
        }
    }

    /// <summary>The socket can be read, has room, or has ended. On the loop.</summary>
    public void OnReady(EpollEvents events)
    {
        var (hasRead, count, failure) = (false, 0, (Exception?)null);
        Unsent? sent = null;
        lock (_gate)
        {
            if (_isClosed)
                return;
            _hasEnded |= (events & (EpollEvents.PeerHungUp | EpollEvents.HungUp | EpollEvents.Error)) != 0;
            _isReadable |= _hasEnded || (events & EpollEvents.Readable) != 0;
            if (_isReading && _isReadable)
            {
                try
                {
                    count = TryReceive(_buffer.Span);
                }
                catch (IOException e)
                {
                    failure = e;
                }
                hasRead = count >= 0;
                if (hasRead)
                    (_isReading, _buffer) = (false, default);
            }
            if (_unsent is not null && (_hasEnded || (events & EpollEvents.Writable) != 0))
                sent = SendRest();
        }
        sent?.TrySetResult();
        if (failure is not null)
            _read.SetException(failure);
        else if (hasRead)
            _read.SetResult(count);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => _read.OnCompleted(continuation, state, token, flags);

    /// <summary>Closed, and nobody uses the descriptor any more.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _loop.Forget(_descriptor);
        Release();
        _unsent?.TrySetException(new ObjectDisposedException(nameof(LoopStream)));
        if (_isReading)
            _read.SetException(new ObjectDisposedException(nameof(LoopStream)));
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
        }
        _loop.Post(this);
        base.Dispose(disposing);
    }

    private void Release()
    {
        _handle.Free();
        NativeSocket.Close(_descriptor);
    }

    /// <returns>-1 if there is nothing yet.</returns>
    private int TryReceive(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        var count = NativeSocket.Receive(_descriptor, buffer);
        // Less than there was room for was all there is: what comes after it is told. Only an end is not told twice.
        _isReadable = _hasEnded || count == buffer.Length;
        return count;
    }

    private Unsent? SendRest()
    {
        var unsent = _unsent!;
        try
        {
            unsent.Bytes = unsent.Bytes[NativeSocket.Send(_descriptor, unsent.Bytes.Span)..];
        }
        catch (IOException e)
        {
            _unsent = null;
            unsent.TrySetException(e);
            return null;
        }
        if (!unsent.Bytes.IsEmpty)
            return null;
        _unsent = null;
        return unsent;
    }
}
