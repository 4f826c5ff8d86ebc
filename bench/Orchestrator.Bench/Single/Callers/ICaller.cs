namespace Orchestrator.Bench.Single.Callers;

/// <summary>One way to one VM's agent, one call at a time. An agent serves one connection at a time, so a way holds it until it is disposed.</summary>
public interface ICaller : IAsyncDisposable
{
    /// <summary>The agent's shortest answer.</summary>
    Task<double> PingAsync(CancellationToken cancel);

    /// <summary>The program <c>true</c> in the guest, followed to its end.</summary>
    /// <returns>The caller's time from the question to the checked answer, ms.</returns>
    /// <exception cref="BenchException">There was no answer, or a wrong one.</exception>
    Task<double> RunTrueAsync(CancellationToken cancel);
}
