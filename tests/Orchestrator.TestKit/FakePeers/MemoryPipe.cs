namespace Orchestrator.TestKit.FakePeers;

/// <summary>
/// One direction of an in-memory connection. One write is one read, so a test decides where the stream is cut. With
/// <paramref name="awaitsReader"/> a write ends when the reader has taken it and asks for more: what was written has then been
/// dealt with, and no test has to wait for that in another way.
/// </summary>
internal sealed class MemoryPipe(bool awaitsReader)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<ReadOnlyMemory<byte>> _chunks = [];
    private TaskCompletionSource _arrival = NewSignal();
    private TaskCompletionSource _asked = NewSignal();
    private TaskCompletionSource? _held;
    private bool _ended;
    private IOException? _broken;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (Held() is { } held)
            await held.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (Enqueue(bytes) is { } asked)
            await asked.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_gate)
            {
                if (_chunks.Count > 0)
                    return buffer.Length == 0 ? 0 : Dequeue(buffer.Span);
                if (_broken is not null)
                    throw new IOException(_broken.Message);
                _asked.TrySetResult();
                if (_ended)
                    return 0;
                arrival = _arrival.Task;
            }
            await arrival.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether writes wait, as on a socket whose peer does not read.</summary>
    public void Hold(bool isHeld)
    {
        lock (_gate)
        {
            if (isHeld)
                _held ??= NewSignal();
            else
                Release();
        }
    }

    /// <summary>The writer has closed: the reader gets what is there, then the end.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Wake();
        }
    }

    /// <summary>The connection is gone: reader and writer fail at once, what was under way is lost.</summary>
    public void Break(string reason)
    {
        lock (_gate)
        {
            _broken ??= new IOException(reason);
            _chunks.Clear();
            Wake();
        }
    }

    private Task? Held()
    {
        lock (_gate)
            return _held?.Task;
    }

    private Task? Enqueue(ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (_broken is not null || _ended)
                throw new IOException(_broken?.Message ?? "this end of the connection is closed");
            if (bytes.IsEmpty)
                return null;
            _chunks.AddLast(bytes.ToArray());
            if (_asked.Task.IsCompleted)
                _asked = NewSignal();
            _arrival.TrySetResult();
            _arrival = NewSignal();
            return awaitsReader ? _asked.Task : null;
        }
    }

    private int Dequeue(Span<byte> buffer)
    {
        var first = _chunks.First!;
        var count = Math.Min(first.Value.Length, buffer.Length);
        first.Value.Span[..count].CopyTo(buffer);
        if (count == first.Value.Length)
            _chunks.RemoveFirst();
        else
            first.Value = first.Value[count..];
        return count;
    }

    private void Wake()
    {
        _arrival.TrySetResult();
        _asked.TrySetResult();
        Release();
    }

    private void Release()
    {
        _held?.TrySetResult();
        _held = null;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
