using System.Threading.Channels;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>A Unix socket with a fake peer behind it, whose connections a test takes one after the other.</summary>
internal sealed class PeerSocket<TPeer> : IAsyncDisposable
    where TPeer : FakePeer
{
    private readonly Channel<PeerConnection<TPeer>> _connections = Channel.CreateUnbounded<PeerConnection<TPeer>>();
    private readonly FakeListener _listener;

    /// <summary>Listens when it returns.</summary>
    /// <param name="path">Path of the socket.</param>
    /// <param name="peer">Makes the peer of a connection.</param>
    /// <param name="answer">Deals with a command, or leaves it to the test by answering <see langword="false"/>.</param>
    public PeerSocket(string path, Func<Stream, TPeer> peer, Func<TPeer, FakeCommand, Task<bool>> answer)
    {
        _listener = FakeListener.Start(path, async stream =>
        {
            var connection = new PeerConnection<TPeer>(peer(stream), answer);
            await _connections.Writer.WriteAsync(connection);
            await connection.ServeAsync();
        });
    }

    /// <summary>Clients so far.</summary>
    public int Connections => _listener.Connections;

    /// <summary>The next client.</summary>
    public async Task<PeerConnection<TPeer>> AcceptAsync() => await _connections.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);

    /// <summary>Ends the present client's connection.</summary>
    public void Cut() => _listener.Cut();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();
}
