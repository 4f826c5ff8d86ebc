using System.Threading.Channels;
using Orchestrator.TestKit.FakePeers;

namespace Orchestrator.Actors.Tests.Vms;

/// <summary>One client of a <see cref="PeerSocket{TPeer}"/>.</summary>
internal sealed class PeerConnection<TPeer>(TPeer peer, Func<TPeer, FakeCommand, Task<bool>> answer)
    where TPeer : FakePeer
{
    private readonly Channel<FakeCommand> _unanswered = Channel.CreateUnbounded<FakeCommand>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TPeer Peer { get; } = peer;

    /// <summary>Ends when the client has closed the connection.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The next command that was not answered by itself; fails if it is another one.</summary>
    public async Task<FakeCommand> NextAsync(string name)
    {
        var command = await _unanswered.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.Equal(name, command.Name);
        return command;
    }

    /// <summary>Whether a command waits to be taken by <see cref="NextAsync"/>.</summary>
    public bool HasNext => _unanswered.Reader.TryPeek(out _);

    public async Task ServeAsync()
    {
        try
        {
            if (Peer is FakeQmpServer qmp)
                await qmp.HandshakeAsync();
            while (await Peer.ReadLineAsync() is { } line)
            {
                var command = new FakeCommand(line);
                if (!await answer(Peer, command))
                    await _unanswered.Writer.WriteAsync(command);
            }
        }
        finally
        {
            _closed.TrySetResult();
        }
    }
}
