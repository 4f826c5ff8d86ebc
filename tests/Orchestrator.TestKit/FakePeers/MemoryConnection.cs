namespace Orchestrator.TestKit.FakePeers;

/// <summary>An in-memory duplex connection: <see cref="Client"/> is given to the session under test, <see cref="Peer"/> to a fake.</summary>
public sealed class MemoryConnection
{
    private readonly MemoryPipe _toClient = new(awaitsReader: true);
    private readonly MemoryPipe _toPeer = new(awaitsReader: false);

    public MemoryConnection()
    {
        Client = new MemoryStreamEnd(_toClient, _toPeer);
        Peer = new MemoryStreamEnd(_toPeer, _toClient);
    }

    /// <summary>The session's end.</summary>
    public Stream Client { get; }

    /// <summary>The fake's end. A write ends when the session has dealt with it and asks for more.</summary>
    public Stream Peer { get; }

    /// <summary>The peer takes nothing any more: the session's writes stay under way until <see cref="ResumeReading"/>.</summary>
    public void StopReading() => _toPeer.Hold(isHeld: true);

    /// <summary>Ends <see cref="StopReading"/>.</summary>
    public void ResumeReading() => _toPeer.Hold(isHeld: false);

    /// <summary>A reset: both directions fail, bytes under way are lost.</summary>
    public void Reset()
    {
        _toClient.Break("Connection reset by peer");
        _toPeer.Break("Connection reset by peer");
    }
}
