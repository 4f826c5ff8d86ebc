using System.Buffers;

namespace Orchestrator.Protocol.Framing;

/// <summary>
/// One message as it stood on the wire, without its line end. Valid only until the splitter's next call:
/// it borrows the pipe's buffer and never leaves the read loop.
/// </summary>
public readonly ref struct Frame
{
    /// <summary>The message's bytes; empty when <see cref="IsOversized"/>.</summary>
    public ReadOnlySequence<byte> Bytes { get; init; }

    /// <summary>The sentinel 0xFF stood directly before it: the agent's mark on the answer to <c>guest-sync-delimited</c>.</summary>
    public bool AfterSentinel { get; init; }

    /// <summary>It was larger than the limit, and skipped.</summary>
    public bool IsOversized { get; init; }

    /// <summary>Length in bytes, also of a skipped message.</summary>
    public long Length { get; init; }

    /// <summary>The last bytes of a skipped message: QEMU prints <c>id</c> there.</summary>
    public ReadOnlySpan<byte> Tail { get; init; }
}
