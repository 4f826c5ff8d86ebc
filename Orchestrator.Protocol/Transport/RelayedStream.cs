namespace Orchestrator.Protocol.Transport;

/// <summary>A connection by way of another machine, which is asked for what the peer there has not read. It ends when the last question has its answer.</summary>
/// <param name="inner">The way.</param>
/// <param name="ask">Asks whether the peer has for certain not read all of so many bytes. Does not fail: <see langword="false"/> where nobody can tell, or tells in time.</param>
internal sealed class RelayedStream(Stream inner, Func<long, Task<bool>> ask) : StreamOver(inner)
{
    private long _written;
    private volatile Task<bool> _asked = Task.FromResult(false);

    /// <summary>Whether the peer has for certain not read all that was written until now.</summary>
    public Task<bool> HasUnreadAsync() => _asked = ask(Interlocked.Read(ref _written));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        Interlocked.Add(ref _written, count);
        Inner.Write(buffer, offset, count);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Interlocked.Add(ref _written, buffer.Length);
        return Inner.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // The other machine knows of the connection until its end.
        await _asked.ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
