namespace Orchestrator.Protocol.Transport;

/// <summary>A connection whose writes can be held for a while, to go out as one. Whoever holds is the only one that writes meanwhile; reading goes on.</summary>
internal sealed class HeldWrites(Stream inner) : StreamOver(inner)
{
    private readonly MemoryStream _held = new();
    private bool _holds;

    /// <summary>From now on writes wait.</summary>
    public void Hold() => _holds = true;

    /// <summary>Those that waited go out.</summary>
    public async ValueTask ReleaseAsync(CancellationToken cancellationToken)
    {
        _holds = false;
        var held = _held.GetBuffer().AsMemory(0, (int)_held.Length);
        _held.SetLength(0);
        if (!held.IsEmpty)
            await Inner.WriteAsync(held, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => (_holds ? _held : Inner).Write(buffer, offset, count);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => (_holds ? _held : Inner).WriteAsync(buffer, cancellationToken);
}
