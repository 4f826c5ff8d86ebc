using Orchestrator.Bench.Fleet.Results;
using Orchestrator.Bench.Hostile.Turns;

namespace Orchestrator.Bench.Hostile.Results;

/// <summary>The p99 of one kind of turn over that of another's neighbouring turn; one value per batch. Above 1 is slower.</summary>
/// <param name="Outcome">Of the server's <c>elapsedMs</c> of each VM in a job.</param>
/// <param name="Job">Of whole jobs.</param>
/// <param name="Call">Of single calls.</param>
public sealed record P99Ratio(string Kind, string Against, Distribution Outcome, Distribution Job, Distribution Call)
{
    /// <summary>Compares turn t with turn t of the other kind.</summary>
    public static P99Ratio Of(IReadOnlyList<Turn> turns, IReadOnlyList<Turn> others) => new(
        turns[0].Kind.ToString().ToLowerInvariant(),
        others[0].Kind.ToString().ToLowerInvariant(),
        Ratio(turns, others, latencies => latencies.Outcomes),
        Ratio(turns, others, latencies => latencies.Jobs),
        Ratio(turns, others, latencies => latencies.Calls));

    private static Distribution Ratio(IEnumerable<Turn> turns, IEnumerable<Turn> others, Func<Latencies, List<double>> of) =>
        Distribution.Of(turns.Zip(others, (turn, other) => Distribution.Of(of(turn.Latencies)).P99 / Distribution.Of(of(other.Latencies)).P99));
}
