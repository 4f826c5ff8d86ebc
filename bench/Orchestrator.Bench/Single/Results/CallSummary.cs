using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Single.Results;

/// <summary>One command over one way, in one turn or in all.</summary>
/// <param name="Milliseconds">From the question to the checked answer, as the caller measures it.</param>
public sealed record CallSummary(string Command, string Way, Distribution Milliseconds)
{
    /// <summary>Summarizes turns of one command and one way.</summary>
    public static CallSummary Of(params IReadOnlyList<CallTurn> turns) => new(
        turns[0].Command, turns[0].Way, Distribution.Of(turns.SelectMany(turn => turn.Milliseconds).Select(value => Math.Round(value, 4))));
}
