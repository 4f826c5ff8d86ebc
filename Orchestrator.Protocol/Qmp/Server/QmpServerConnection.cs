using System.IO.Pipelines;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Orchestrator.Protocol.Qmp.Server;

/// <summary>Hears what a client sends. Called on the connection's read loop or on its writer: must not block, throw or call back.</summary>
public interface IQmpServerHandler
{
    /// <summary>A message came. It takes up room until it is answered, with <see cref="QmpServerConnection.TrySend"/>.</summary>
    void OnInput(QmpInput input);

    /// <summary>The transport took the answer to a message.</summary>
    void OnAnswered(QmpInput input);

    /// <summary>The client has gone, or was sent away. Called once.</summary>
    /// <param name="cause">For people.</param>
    void OnClosed(string cause);
}

/// <summary>
/// A connection on which this process is the QMP server: reads messages as long as there is room for them, and writes in the order asked for.
/// Holds no buffer while nothing is said. Members may be called from any thread.
/// </summary>
public sealed class QmpServerConnection : IAsyncDisposable
{
    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: 4096, minimumReadSize: 512, useZeroByteReads: true);

    private readonly Stream _stream;
    private readonly QmpServerOptions _options;
    private readonly QmpInputGate _gate;
    private readonly Lock _sendGate = new();
    private readonly Queue<(ReadOnlyMemory<byte> Message, QmpInput? Answered)> _waiting = new(0);
    private long _waitingBytes;
    private bool _sending;
    private string? _closedBecause;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IQmpServerHandler? _handler;

    /// <summary>Ends when the connection has ended and the handler was told.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Takes over a connected stream. Nothing is read before <see cref="Start"/>.</summary>
    public QmpServerConnection(Stream stream, QmpServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _stream = stream;
        _options = options;
        _gate = new QmpInputGate(options.MaxQueued, options.MaxMessageBytes);
    }

    /// <summary>Begins to read.</summary>
    public void Start(IQmpServerHandler handler)
    {
        _handler = handler;
        _ = RunAsync(handler);
    }

    /// <summary>Hands a message to the transport, or queues it behind one that the client has not taken yet.</summary>
    /// <param name="message">Of <see cref="QmpMessages"/>.</param>
    /// <param name="answered">What it answers, if anything.</param>
    /// <returns><see langword="false"/> if the connection is closed, or is closed now because the client does not read.</returns>
    public bool TrySend(ReadOnlyMemory<byte> message, QmpInput? answered = null)
    {
        bool isFirst;
        lock (_sendGate)
        {
            if (_closedBecause is not null)
                return false;
            isFirst = !_sending;
            if (!isFirst && !TryQueue(message, answered))
                _closedBecause = $"the client does not read: {_waiting.Count} messages of {_waitingBytes} bytes wait for it";
            _sending = true;
        }
        if (isFirst)
            _ = SendAsync(message, answered);
        else if (_closedBecause is not null)
            _ = DisposeAsync().AsTask();
        return _closedBecause is null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Close("the connection was closed here");
        _gate.Open();
        if (_handler is null)
            _completion.TrySetResult();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync(IQmpServerHandler handler)
    {
        var cause = await ReadAsync(handler).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        handler.OnClosed(cause);
        _completion.TrySetResult();
    }

    private async Task<string> ReadAsync(IQmpServerHandler handler)
    {
        var pipe = PipeReader.Create(_stream, ReaderOptions);
        var reader = new QmpInputReader(_options);
        try
        {
            while (true)
            {
                var result = await pipe.ReadAsync().ConfigureAwait(false);
                var bytes = result.Buffer;
                while (reader.Read(ref bytes) is { } input)
                {
                    await _gate.EnterAsync(input).ConfigureAwait(false);
                    handler.OnInput(input);
                }
                pipe.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    break;
            }
            if (_stream is NetworkStream)
            {
                // Like QEMU, answers what was asked before the client closed its side of a socket; writing nothing fails if it closed both.
                await _stream.WriteAsync(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
                await _gate.EmptyAsync().ConfigureAwait(false);
            }
            return Close("the client closed the connection");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or WebSocketException)
        {
            return Close("the connection ended: " + e.Message);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, QmpInput? answered)
    {
        try
        {
            do
            {
                await _stream.WriteAsync(message).ConfigureAwait(false);
                if (answered is not null)
                {
                    _gate.Leave(answered);
                    _handler?.OnAnswered(answered);
                }
            }
            while (TryDequeue(out message, out answered));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or WebSocketException)
        {
            Close("the connection was lost: " + e.Message);
            // Ends the read loop too, which tells the handler.
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    private bool TryQueue(ReadOnlyMemory<byte> message, QmpInput? answered)
    {
        if (_waiting.Count >= _options.MaxWaitingMessages || _waitingBytes > _options.MaxWaitingBytes)
            return false;
        _waiting.Enqueue((message, answered));
        _waitingBytes += message.Length;
        return true;
    }

    private bool TryDequeue(out ReadOnlyMemory<byte> message, out QmpInput? answered)
    {
        lock (_sendGate)
        {
            if (_waiting.TryDequeue(out var next))
            {
                (message, answered) = next;
                _waitingBytes -= message.Length;
                return true;
            }
            _sending = false;
            (message, answered) = (default, null);
            return false;
        }
    }

    private string Close(string cause)
    {
        lock (_sendGate)
            return _closedBecause ??= cause;
    }
}
