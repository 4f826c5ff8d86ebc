using Orchestrator.Bench.Fleet.Results;

namespace Orchestrator.Bench.Tests.Fleet.Results;

public class DistributionTests
{
    [Fact]
    public void Quantiles_between_two_values_are_interpolated()
    {
        var distribution = Distribution.Of([4, 1, 3, 2]);

        Assert.Equal(2.5, distribution.Median, 12);
        Assert.Equal(1.3, distribution.P10, 12);
        Assert.Equal(3.7, distribution.P90, 12);
        Assert.Equal((4, 1.0, 4.0), (distribution.Count, distribution.Min, distribution.Max));
    }

    [Fact]
    public void Quantiles_of_a_hundred_and_one_values_are_the_values()
    {
        var distribution = Distribution.Of(Enumerable.Range(0, 101).Select(value => (double)value));

        Assert.Equal(10, distribution.P10, 12);
        Assert.Equal(50, distribution.Median, 12);
        Assert.Equal(90, distribution.P90, 12);
        Assert.Equal(99, distribution.P99, 12);
    }

    [Fact]
    public void A_single_value_is_every_quantile() =>
        Assert.Equal(new Distribution(1, 7, 7, 7, 7, 7, 7), Distribution.Of([7]));

    [Fact]
    public void No_values_are_refused() => Assert.Throws<ArgumentException>(() => Distribution.Of([]));
}
