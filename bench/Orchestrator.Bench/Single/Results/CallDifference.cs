using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Single.Results;

/// <summary>What a way takes above the bare socket, ms: a quantile of a turn less that of the neighbouring turn; one value per batch.</summary>
/// <param name="P50">Of the medians.</param>
/// <param name="P90">Of the p90.</param>
/// <param name="P99">Of the p99.</param>
public sealed record CallDifference(string Command, string Way, Distribution P50, Distribution P90, Distribution P99)
{
    /// <summary>Compares turn t with turn t of the bare socket.</summary>
    public static CallDifference Of(IReadOnlyList<CallTurn> turns, IReadOnlyList<CallTurn> bare)
    {
        var pairs = turns.Zip(bare, (turn, other) => (Turn: Distribution.Of(turn.Milliseconds), Bare: Distribution.Of(other.Milliseconds))).ToList();
        return new CallDifference(turns[0].Command, turns[0].Way, Between(quantiles => quantiles.Median), Between(quantiles => quantiles.P90), Between(quantiles => quantiles.P99));

        Distribution Between(Func<Distribution, double> of) => Distribution.Of(pairs.Select(pair => Math.Round(of(pair.Turn) - of(pair.Bare), 4)));
    }
}
