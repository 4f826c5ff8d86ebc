namespace Orchestrator.TestKit.RealVms;

/// <summary>What looks like a VM's two sockets, made of two light real peers.</summary>
/// <param name="Name">The sub-directory's name.</param>
/// <param name="Monitor">Behind qmp.sock.</param>
/// <param name="Agent">Behind qga.sock.</param>
public sealed record RealPeers(string Name, RealStorageDaemon Monitor, RealAgent Agent) : IAsyncDisposable
{
    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Monitor.DisposeAsync();
    }
}
