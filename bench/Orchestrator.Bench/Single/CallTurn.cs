namespace Orchestrator.Bench.Single;

/// <summary>The measured calls of one command in one turn.</summary>
/// <param name="Command">One of <see cref="SingleRun.Commands"/>.</param>
/// <param name="Way">The <see cref="Single.Way.Name"/>.</param>
/// <param name="Milliseconds">Of each call, in order.</param>
public sealed record CallTurn(string Command, string Way, IReadOnlyList<double> Milliseconds);
