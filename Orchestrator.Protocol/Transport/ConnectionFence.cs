namespace Orchestrator.Protocol.Transport;

/// <summary>
/// Makes connections that may be used only as long as a right holds, such as a node's claim of a VmHost: the right is looked at before every write, so
/// that a process that stood still writes nothing more when it goes on. Any thread.
/// </summary>
/// <param name="isHeld">Whether the right holds at this moment. Cheap, any thread.</param>
public sealed class ConnectionFence(Func<bool> isHeld)
{
    private readonly Lock _lock = new();
    private readonly HashSet<FencedStream> _open = [];
    private bool _isClosed;

    /// <summary>Connections that are open.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>Connects, as <see cref="EndpointConnector.ConnectAsync"/>.</summary>
    /// <exception cref="IOException">The right is over.</exception>
    public async Task<Stream> ConnectAsync(Endpoint endpoint, CancellationToken cancellationToken)
    {
        Demand();
        return Guard(await EndpointConnector.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Takes over a connected stream.</summary>
    /// <returns>The stream to use in its place.</returns>
    /// <exception cref="IOException">The right is over, and the stream is closed.</exception>
    public Stream Guard(Stream stream)
    {
        var fenced = new FencedStream(stream, this);
        lock (_lock)
        {
            if (!_isClosed && isHeld())
            {
                _open.Add(fenced);
                return fenced;
            }
        }
        stream.Dispose();
        throw Over();
    }

    /// <summary>Ends the right for good: all connections are closed when it returns, and none is made any more.</summary>
    public void Close()
    {
        FencedStream[] open;
        lock (_lock)
        {
            _isClosed = true;
            open = [.. _open];
        }
        foreach (var stream in open)
            stream.Dispose();
    }

    /// <exception cref="IOException">The right is over.</exception>
    internal void Demand()
    {
        bool isClosed;
        lock (_lock)
            isClosed = _isClosed;
        if (isClosed || !isHeld())
            throw Over();
    }

    internal void Forget(FencedStream stream)
    {
        lock (_lock)
            _open.Remove(stream);
    }

    private static IOException Over() => new("this node may not speak to the VM any more, another may have taken it over: nothing was written");
}
