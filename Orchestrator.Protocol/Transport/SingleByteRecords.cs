using System.Net.Security;

namespace Orchestrator.Protocol.Transport;

/// <summary>
/// TLS to a monitor: every byte is a TLS record of its own, and those of one write travel together. QEMU reads a monitor byte by byte, and before 8.0 it
/// forgets what is left of a record until the next one comes: a command in one record is never answered.
/// </summary>
internal sealed class SingleByteRecords : Stream
{
    /// <summary>Bytes that are held together; each takes some 22 more as a record.</summary>
    private const int MaxHeld = 2048;

    private readonly SslStream _tls;
    private readonly HeldWrites _below;

    /// <param name="tls">Authenticated.</param>
    /// <param name="below">What it writes to.</param>
    public SingleByteRecords(SslStream tls, HeldWrites below) => (_tls, _below) = (tls, below);

    /// <inheritdoc/>
    public override bool CanRead => _tls.CanRead;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _tls.CanWrite;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _tls.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _tls.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => _tls.ReadAsync(buffer, offset, count, cancellationToken);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        for (var at = 0; at < count; at++)
            _tls.Write(buffer, offset + at, 1);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var part = buffer; !part.IsEmpty; part = part[Math.Min(part.Length, MaxHeld)..])
        {
            _below.Hold();
            try
            {
                for (var at = 0; at < Math.Min(part.Length, MaxHeld); at++)
                    await _tls.WriteAsync(part.Slice(at, 1), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await _below.ReleaseAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => _tls.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _tls.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _tls.DisposeAsync();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _tls.Dispose();
        base.Dispose(disposing);
    }
}
