using System.Buffers;
using Orchestrator.Protocol.Commands;
using Orchestrator.Protocol.Transport;

namespace Orchestrator.Protocol.Framing;

/// <summary>Takes messages off a connection. Called on its read loop only.</summary>
internal interface IFrameHandler
{
    /// <summary>The frame's bytes are gone when this returns.</summary>
    void OnFrame(in Frame frame);

    /// <summary>So many bytes since the last time were in no message.</summary>
    void OnDropped(long bytes);
}

/// <summary>
/// A byte stream with messages in both directions, and writes in the order they were asked for. Holds no buffer while nothing is said: reads wait with
/// zero bytes, and what they and writes need is rented.
/// </summary>
internal sealed class FrameConnection(Stream stream, long maxFrameBytes) : IAsyncDisposable
{
    private const int MaxWaitingCommands = 512;

    /// <summary>As much as is read at once, unless a message is longer.</summary>
    private const int ReadBytes = 4096;

    /// <summary>A peer that floods takes a thread for so many reads, and then stands in line again.</summary>
    private const int ReadsPerTurn = 16;

    /// <summary>More is not read and decoded where the read was waited for: on a <see cref="Transport.Loop.SocketLoop"/>, all other connections would wait for it.</summary>
    private const int ShortBytes = 64 * 1024;

    private readonly Lock _sendGate = new();
    private Queue<(EncodedCommand Command, long Id)>? _waiting;
    private byte[] _unread = [];
    private int _unreadLength;
    private bool _sending;
    private volatile bool _isInMessage;
    private volatile bool _endedUnread;
    private string? _closedBecause;

    public FrameSplitter Splitter { get; } = new() { MaxFrameBytes = maxFrameBytes };

    /// <summary>Whether the peer has begun with a message whose end has not come.</summary>
    public bool IsInMessage => _isInMessage;

    /// <summary>Reads until the connection ends. The first cause wins; it is a sentence for people.</summary>
    public async Task<string> RunAsync(IFrameHandler handler)
    {
        try
        {
            for (var unbroken = 0; ;)
            {
                var ready = stream.ReadAsync(Memory<byte>.Empty);
                unbroken = ready.IsCompleted ? unbroken + 1 : 0;
                await ready.ConfigureAwait(false);
                if (unbroken >= ReadsPerTurn || _unreadLength > ShortBytes)
                {
                    unbroken = 0;
                    await Task.Yield();
                }
                MakeRoom();
                var count = await stream.ReadAsync(_unread.AsMemory(_unreadLength)).ConfigureAwait(false);
                if (count == 0)
                    return Close(_unreadLength == 0 && !Splitter.IsSkipping ? "the peer closed the connection" : "the peer closed the connection in the middle of a message");
                _unreadLength += count;
                Dispatch(handler);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _endedUnread = UnreadBytes.AnyAt(stream, e);
            // Reset by the peer, or disposed by us.
            return Close(e is IOException ? "the connection was lost: " + e.Message : "the connection was closed here");
        }
        finally
        {
            Release();
            _endedUnread |= UnreadBytes.Any(stream);
            // Whoever hears of the end has nothing more to do with it, and nobody else would close it.
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether the peer has for certain not read all that was written.</summary>
    public Task<bool> HasUnreadAsync() => stream is RelayedStream relayed ? relayed.HasUnreadAsync() : Task.FromResult(_endedUnread || UnreadBytes.Any(stream));

    /// <summary>Hands a message to the transport, or queues it behind one that the peer has not taken yet.</summary>
    /// <returns><see langword="false"/> if the connection is closed or the queue is full: nothing was written.</returns>
    public bool TrySend(EncodedCommand command, long id)
    {
        lock (_sendGate)
        {
            if (_closedBecause is not null || _waiting?.Count >= MaxWaitingCommands)
                return false;
            if (_sending)
            {
                (_waiting ??= new()).Enqueue((command, id));
                return true;
            }
            _sending = true;
        }
        _ = SendAsync(command, id);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Close("the connection was closed here");
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hands out what is complete, and keeps the rest.</summary>
    private void Dispatch(IFrameHandler handler)
    {
        var dropped = Splitter.DroppedBytes;
        var rest = new ReadOnlySequence<byte>(_unread, 0, _unreadLength);
        while (Splitter.TryRead(ref rest, out var frame))
            handler.OnFrame(frame);
        if (Splitter.DroppedBytes != dropped)
            handler.OnDropped(Splitter.DroppedBytes - dropped);
        _isInMessage = !rest.IsEmpty || Splitter.IsSkipping;
        var kept = (int)rest.Length;
        if (kept == 0)
            Release();
        else if (kept < _unreadLength)
            rest.FirstSpan.CopyTo(_unread);
        _unreadLength = kept;
    }

    private void MakeRoom()
    {
        if (_unreadLength < _unread.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(ReadBytes, 2 * _unreadLength));
        _unread.AsSpan(0, _unreadLength).CopyTo(larger);
        var length = _unreadLength;
        Release();
        (_unread, _unreadLength) = (larger, length);
    }

    private void Release()
    {
        if (_unread.Length > 0)
            ArrayPool<byte>.Shared.Return(_unread);
        (_unread, _unreadLength) = ([], 0);
    }

    private async Task SendAsync(EncodedCommand command, long id)
    {
        try
        {
            do
            {
                var bytes = ArrayPool<byte>.Shared.Rent(command.MaxLength);
                try
                {
                    await stream.WriteAsync(bytes.AsMemory(0, command.Write(bytes, id))).ConfigureAwait(false);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(bytes);
                }
            }
            while (TryDequeue(out command, out id));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Close("the connection was lost: " + e.Message);
            // Ends the read loop too, which tells everyone who waits.
            await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool TryDequeue(out EncodedCommand command, out long id)
    {
        lock (_sendGate)
        {
            if (_waiting?.TryDequeue(out var next) == true)
            {
                (command, id) = next;
                return true;
            }
            _sending = false;
            (command, id) = (null!, 0);
            return false;
        }
    }

    private string Close(string cause)
    {
        lock (_sendGate)
            return _closedBecause ??= cause;
    }
}
