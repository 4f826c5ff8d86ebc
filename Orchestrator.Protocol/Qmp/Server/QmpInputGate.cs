namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>
/// Room for a client's messages that are not answered yet, so that a client that asks faster than the VM answers is not read. One read loop waits at it;
/// messages may leave on any thread. Out-of-band messages have as much room of their own: they overtake those that fill the other.
/// </summary>
internal sealed class QmpInputGate(int maxMessages, long maxBytes)
{
    private readonly Lock _lock = new();
    private int _inBand;
    private int _outOfBand;
    private long _bytes;
    private bool _isOpen;
    private TaskCompletionSource? _change;

    /// <summary>Waits until there is room for a message; a large one enters when it is alone.</summary>
    public async ValueTask EnterAsync(QmpInput input)
    {
        while (Wait(TryEnter, input) is { } change)
            await change.ConfigureAwait(false);
    }

    /// <summary>Waits until every message has left.</summary>
    public async ValueTask EmptyAsync()
    {
        while (Wait(_ => _inBand + _outOfBand == 0, null!) is { } change)
            await change.ConfigureAwait(false);
    }

    /// <summary>A message was answered.</summary>
    public void Leave(QmpInput input)
    {
        lock (_lock)
        {
            Count(input, -1);
            Changed();
        }
    }

    /// <summary>The connection has ended: nobody waits any more.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
            Changed();
        }
    }

    private Task? Wait(Func<QmpInput, bool> isOver, QmpInput input)
    {
        lock (_lock)
        {
            if (_isOpen || isOver(input))
                return null;
            _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _change.Task;
        }
    }

    private bool TryEnter(QmpInput input)
    {
        var hasRoom = (input.OutOfBand ? _outOfBand : _inBand) < maxMessages && (_bytes == 0 || _bytes + input.Json.Length <= maxBytes);
        if (hasRoom)
            Count(input, +1);
        return hasRoom;
    }

    private void Count(QmpInput input, int change)
    {
        if (input.OutOfBand)
            _outOfBand += change;
        else
            _inBand += change;
        _bytes += change * (long)input.Json.Length;
    }

    private void Changed()
    {
        _change?.TrySetResult();
        _change = null;
    }
}
