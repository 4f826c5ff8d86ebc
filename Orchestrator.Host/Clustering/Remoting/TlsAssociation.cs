using System.Buffers;
using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace Orchestrator.Host.Clustering.Remoting;

/// <summary>One connection of <see cref="TlsTransport"/>: payloads, each behind its length as four bytes, little endian.</summary>
internal sealed class TlsAssociation : AssociationHandle
{
    /// <summary>Bytes that wait for a peer that does not read; beyond it, <see cref="Write"/> refuses and Akka tries again later.</summary>
    public const int MaxPendingBytes = 4 << 20;

    private const int PrefixBytes = sizeof(int);
    private const int BatchBytes = 64 << 10;

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly int _maxPayloadBytes;
    private readonly TimeSpan _flushTimeout;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log;
    private readonly Channel<ByteString> _pending = Channel.CreateUnbounded<ByteString>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _running = Task.CompletedTask;
    private long _pendingBytes;

    /// <param name="local">This end.</param>
    /// <param name="remote">The other end.</param>
    /// <param name="socket">Under the stream.</param>
    /// <param name="stream">Authenticated. Both belong to the association from now on.</param>
    /// <param name="maxPayloadBytes">A peer that announces more is not one of ours: the connection ends.</param>
    /// <param name="flushTimeout">How long what is pending may take after <see cref="Disassociate"/>.</param>
    /// <param name="time">Clock of that.</param>
    /// <param name="log">Told what ended it.</param>
    public TlsAssociation(Address local, Address remote, Socket socket, SslStream stream, int maxPayloadBytes, TimeSpan flushTimeout, TimeProvider time, ILoggingAdapter log)
        : base(local, remote) => (_socket, _stream, _maxPayloadBytes, _flushTimeout, _time, _log) = (socket, stream, maxPayloadBytes, flushTimeout, time, log);

    /// <summary>Writes from now on, and reads once Akka has given its listener.</summary>
    /// <param name="ended">Called once, when the connection is closed.</param>
    public void Begin(Action ended) => _running = RunAsync(ended);

    /// <summary>Takes a payload to be written; never waits.</summary>
    /// <returns><see langword="false"/> if it was not taken: too much is pending, or the connection closes.</returns>
    public override bool Write(ByteString payload)
    {
        var size = PrefixBytes + payload.Length;
        if (Interlocked.Add(ref _pendingBytes, size) <= MaxPendingBytes && _pending.Writer.TryWrite(payload))
        {
            RemotingMetrics.CountSent(payload.Length);
            return true;
        }
        Interlocked.Add(ref _pendingBytes, -size);
        return false;
    }

    /// <summary>Writes what is pending, within the flush timeout, and closes; what still comes is dropped.</summary>
    [Obsolete("Akka's own callers give a reason.")]
    public override void Disassociate() => Close();

    /// <summary>As <see cref="Disassociate"/>, and waits for the end.</summary>
    public Task CloseAsync()
    {
        Close();
        return _running;
    }

    private void Close()
    {
        _pending.Writer.TryComplete();
        _closing.TrySetResult();
    }

    private async Task RunAsync(Action ended)
    {
        var (reading, writing) = (GuardAsync(ReadAsync), GuardAsync(WriteAsync));
        await Task.WhenAny(reading, writing, _closing.Task).ConfigureAwait(false);
        // Both ends say goodbye: a socket that is closed with unread bytes would take the last ones back.
        if (_closing.Task.IsCompleted)
            await Task.WhenAny(Task.WhenAll(reading, writing), Task.Delay(_flushTimeout, _time)).ConfigureAwait(false);
        Close();
        await _stream.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(reading, writing).ConfigureAwait(false);
        if (ReadHandlerSource.Task.IsCompletedSuccessfully)
            (await ReadHandlerSource.Task.ConfigureAwait(false)).Notify(new Disassociated(DisassociateInfo.Unknown));
        ended();
    }

    private async Task GuardAsync(Func<Task> run)
    {
        // Nothing of this runs on the thread of whoever completes what it waits for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            _log.Debug("The connection of [{0}] with [{1}] ended: {2}", LocalAddress, RemoteAddress, error.Message);
        }
    }

    private async Task ReadAsync()
    {
        await Task.WhenAny(ReadHandlerSource.Task, _closing.Task).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var listener = ReadHandlerSource.Task.IsCompletedSuccessfully ? await ReadHandlerSource.Task.ConfigureAwait(false) : null;
        var prefix = new byte[PrefixBytes];
        while (await _stream.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false).ConfigureAwait(false) == PrefixBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
            if (length < 0 || length > _maxPayloadBytes)
            {
                _log.Warning("[{0}] announced a message of {1} bytes, where {2} are allowed: the connection is closed", RemoteAddress, (uint)length, _maxPayloadBytes);
                return;
            }
            var payload = new byte[length];
            await _stream.ReadExactlyAsync(payload).ConfigureAwait(false);
            if (!_closing.Task.IsCompleted)
                listener?.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
        }
    }

    private async Task WriteAsync()
    {
        var batch = new ArrayBufferWriter<byte>(BatchBytes);
        while (await _pending.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.ResetWrittenCount();
            while (batch.WrittenCount < BatchBytes && _pending.Reader.TryRead(out var payload))
            {
                BinaryPrimitives.WriteInt32LittleEndian(batch.GetSpan(PrefixBytes), payload.Length);
                batch.Advance(PrefixBytes);
                batch.Write(payload.Span);
            }
            await _stream.WriteAsync(batch.WrittenMemory).ConfigureAwait(false);
            Interlocked.Add(ref _pendingBytes, -batch.WrittenCount);
        }
        // Without TLS's own goodbye: SslStream.ShutdownAsync uses OpenSSL's connection while it is being read, which OpenSSL does not bear. A payload is whole by its length.
        _socket.Shutdown(SocketShutdown.Send);
    }
}
