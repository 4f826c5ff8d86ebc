namespace Orchestrator.Bench.Fleet.Results;

/// <summary>Where the values of a sample lie. Quantiles between two values are interpolated linearly.</summary>
/// <param name="Count">Values; at least 1.</param>
public sealed record Distribution(int Count, double Min, double P10, double Median, double P90, double P99, double Max)
{
    /// <summary>The distribution of <paramref name="values"/>, in any order.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Distribution Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("a distribution needs at least one value", nameof(values));
        return new Distribution(
            sorted.Length, sorted[0], Quantile(sorted, 0.1), Quantile(sorted, 0.5), Quantile(sorted, 0.9), Quantile(sorted, 0.99), sorted[^1]);
    }

    private static double Quantile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
    }
}
