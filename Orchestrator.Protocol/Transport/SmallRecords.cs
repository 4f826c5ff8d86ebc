using System.Net.Security;

namespace Orchestrator.Protocol.Transport;

/// <summary>
/// TLS in records of a bounded size; those of one write travel together. QEMU reads a record in parts as large as who is behind has room for, and before 8.0
/// it forgets what is left of it until the next one comes: a monitor takes byte by byte, so a command in one record is never answered; a guest's port takes
/// up to 4,096 bytes, so the end of a longer one never arrives.
/// </summary>
internal sealed class SmallRecords : StreamOver
{
    /// <summary>What is held to travel together, on the wire.</summary>
    private const int MaxHeld = 64 * 1024;

    /// <summary>What a record has besides its bytes, about.</summary>
    private const int Overhead = 22;

    private readonly SslStream _tls;
    private readonly HeldWrites _below;
    private readonly int _size;
    private readonly int _together;

    /// <param name="tls">Authenticated.</param>
    /// <param name="below">What it writes to.</param>
    /// <param name="size">Bytes of a record, at most.</param>
    public SmallRecords(SslStream tls, HeldWrites below, int size)
        : base(tls) => (_tls, _below, _size, _together) = (tls, below, size, MaxHeld / (size + Overhead) * size);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        for (var at = 0; at < count; at += _size)
            _tls.Write(buffer, offset + at, Math.Min(_size, count - at));
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (var rest = buffer; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, _together)..])
        {
            _below.Hold();
            try
            {
                for (var part = rest[..Math.Min(rest.Length, _together)]; !part.IsEmpty; part = part[Math.Min(part.Length, _size)..])
                    await _tls.WriteAsync(part[..Math.Min(part.Length, _size)], cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await _below.ReleaseAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
