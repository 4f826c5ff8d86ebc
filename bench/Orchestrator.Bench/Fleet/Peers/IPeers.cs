namespace Orchestrator.Bench.Fleet.Peers;

/// <summary>The far side of the benchmark: a guest agent and a QMP server per VM, in the VM directory. Disposing ends them.</summary>
public interface IPeers : IAsyncDisposable
{
    /// <summary>Starts all of them and returns when every socket is there and has somebody behind it.</summary>
    /// <exception cref="BenchException">One did not start; the message has its own words.</exception>
    Task StartAsync(CancellationToken cancel);
}
