namespace Orchestrator.Bench.Fleet.Clients;

/// <summary>
/// One way to talk to the whole fleet. An agent serves one connection at a time, so a client's turn begins with connecting and
/// ends with all its connections closed.
/// </summary>
public interface IFleetClient
{
    /// <summary>What the tables call it.</summary>
    string Name { get; }

    /// <summary>
    /// Takes one turn: connects to every agent of the VM directory and synchronizes it, runs <paramref name="warmup"/> rounds,
    /// then <paramref name="rounds"/> measured ones, and disconnects. A round is one command to every agent and every reply checked.
    /// </summary>
    /// <exception cref="BenchException">An agent did not answer or gave a wrong answer, or the client failed.</exception>
    Task<Batch> RunBatchAsync(int warmup, int rounds, CancellationToken cancel);
}
