using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Single.Results;

/// <summary>What the API takes above the bare socket, ms: a quantile of a turn less that of the neighbouring turn; one value per batch.</summary>
/// <param name="P50">Of the medians.</param>
/// <param name="P90">Of the p90.</param>
/// <param name="P99">Of the p99.</param>
public sealed record CallDifference(string Command, Distribution P50, Distribution P90, Distribution P99)
{
    /// <summary>Compares turn t with turn t of the other way.</summary>
    public static CallDifference Of(IReadOnlyList<CallTurn> api, IReadOnlyList<CallTurn> bare)
    {
        var pairs = api.Zip(bare, (turn, other) => (Api: Distribution.Of(turn.Milliseconds), Bare: Distribution.Of(other.Milliseconds))).ToList();
        return new CallDifference(api[0].Command, Between(quantiles => quantiles.Median), Between(quantiles => quantiles.P90), Between(quantiles => quantiles.P99));

        Distribution Between(Func<Distribution, double> of) => Distribution.Of(pairs.Select(pair => Math.Round(of(pair.Api) - of(pair.Bare), 4)));
    }
}
