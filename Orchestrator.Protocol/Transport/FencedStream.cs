namespace Orchestrator.Protocol.Transport;

/// <summary>A connection that is written to only while the right of its <see cref="ConnectionFence"/> holds.</summary>
internal sealed class FencedStream(Stream inner, ConnectionFence fence) : StreamOver(inner)
{
    /// <exception cref="IOException">The right is over: nothing was written.</exception>
    public override void Write(byte[] buffer, int offset, int count)
    {
        fence.Demand();
        Inner.Write(buffer, offset, count);
    }

    /// <exception cref="IOException">The right is over: nothing was written.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        fence.Demand();
        await Inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            fence.Forget(this);
        base.Dispose(disposing);
    }
}
