using System.Buffers;
using System.IO.Pipelines;
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
/// A byte stream with messages in both directions: one <see cref="PipeReader"/> for its whole life, and writes in the order they were asked for.
/// Holds no buffer while nothing is said: reads wait with zero bytes, writes rent.
/// </summary>
internal sealed class FrameConnection : IAsyncDisposable
{
    private const int MaxWaitingCommands = 512;

    /// <summary>Reads of at most 4 KiB each, unless a message is longer: a peer that floods takes a thread for so long, and then stands in line again.</summary>
    private const int ReadsPerTurn = 16;

    /// <summary>More is not read and decoded where the read was waited for: on a <see cref="Transport.Loop.SocketLoop"/>, all other connections would wait for it.</summary>
    private const int ShortBytes = 64 * 1024;

    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: 4096, minimumReadSize: 512, useZeroByteReads: true);

    private readonly Stream _stream;
    private readonly PipeReader _reader;
    private readonly Lock _sendGate = new();
    private readonly Queue<(EncodedCommand Command, long Id)> _waiting = new(0);
    private bool _sending;
    private volatile bool _isInMessage;
    private volatile bool _endedUnread;
    private string? _closedBecause;

    public FrameConnection(Stream stream, long maxFrameBytes)
    {
        _stream = stream;
        _reader = PipeReader.Create(stream, ReaderOptions);
        Splitter = new FrameSplitter { MaxFrameBytes = maxFrameBytes };
    }

    public FrameSplitter Splitter { get; }

    /// <summary>Whether the peer has begun with a message whose end has not come.</summary>
    public bool IsInMessage => _isInMessage;

    /// <summary>Reads until the connection ends. The first cause wins; it is a sentence for people.</summary>
    public async Task<string> RunAsync(IFrameHandler handler)
    {
        try
        {
            for (var unbroken = 0; ;)
            {
                var read = _reader.ReadAsync();
                unbroken = read.IsCompleted ? unbroken + 1 : 0;
                var result = await read.ConfigureAwait(false);
                var buffer = result.Buffer;
                if (buffer.Length > ShortBytes)
                    await Task.Yield();
                Dispatch(ref buffer, handler);
                _isInMessage = !buffer.IsEmpty || Splitter.IsSkipping;
                _reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                    return Close(buffer.IsEmpty ? "the peer closed the connection" : "the peer closed the connection in the middle of a message");
                if (unbroken >= ReadsPerTurn)
                {
                    unbroken = 0;
                    await Task.Yield();
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            _endedUnread = UnreadBytes.AnyAt(_stream, e);
            // Reset by the peer, or disposed by us: InvalidOperationException is the pipe's word for reading after completion.
            return Close(e is IOException ? "the connection was lost: " + e.Message : "the connection was closed here");
        }
    }

    /// <summary>Whether the peer has for certain not read all that was written.</summary>
    public bool HasUnread => _endedUnread || UnreadBytes.Any(_stream);

    /// <summary>Hands a message to the transport, or queues it behind one that the peer has not taken yet.</summary>
    /// <returns><see langword="false"/> if the connection is closed or the queue is full: nothing was written.</returns>
    public bool TrySend(EncodedCommand command, long id)
    {
        lock (_sendGate)
        {
            if (_closedBecause is not null || _waiting.Count >= MaxWaitingCommands)
                return false;
            if (_sending)
            {
                _waiting.Enqueue((command, id));
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
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private void Dispatch(ref ReadOnlySequence<byte> buffer, IFrameHandler handler)
    {
        var dropped = Splitter.DroppedBytes;
        while (Splitter.TryRead(ref buffer, out var frame))
            handler.OnFrame(frame);
        if (Splitter.DroppedBytes != dropped)
            handler.OnDropped(Splitter.DroppedBytes - dropped);
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
                    await _stream.WriteAsync(bytes.AsMemory(0, command.Write(bytes, id))).ConfigureAwait(false);
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
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool TryDequeue(out EncodedCommand command, out long id)
    {
        lock (_sendGate)
        {
            if (_waiting.TryDequeue(out var next))
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
