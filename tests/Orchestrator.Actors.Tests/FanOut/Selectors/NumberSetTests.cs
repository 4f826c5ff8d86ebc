using CsCheck;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class NumberSetTests
{
    [Fact]
    public void Range_is_cut_where_its_numbers_grow_longer()
    {
        var set = Of((2, 7, 1005));
        Assert.True(set.Contains(2, 7));
        Assert.True(set.Contains(2, 99));
        Assert.True(set.Contains(3, 100));
        Assert.True(set.Contains(4, 1005));
        Assert.False(set.Contains(2, 6));
        Assert.False(set.Contains(1, 7));
        Assert.False(set.Contains(3, 99));
        Assert.False(set.Contains(4, 1006));
        Assert.False(set.Contains(5, 1005));
    }

    [Fact]
    public void Range_inside_another_hides_none_of_it()
    {
        var set = Of((1, 8, 8), (1, 1, 9), (1, 2, 3));
        Assert.All(Enumerable.Range(1, 9), number => Assert.True(set.Contains(1, number)));
        Assert.False(set.Contains(1, 0));
    }

    [Fact]
    public void Bounds_reach_to_the_limits()
    {
        var set = Of((TargetSelector.MaxRangeDigits, 0, TargetSelector.MaxRangeValue), (1, 0, TargetSelector.MaxRangeValue));
        Assert.True(set.Contains(TargetSelector.MaxRangeDigits, TargetSelector.MaxRangeValue));
        Assert.True(set.Contains(10, TargetSelector.MaxRangeValue));
        Assert.True(set.Contains(1, 0));
        Assert.False(set.Contains(11, TargetSelector.MaxRangeValue));
        Assert.False(set.Contains(2, 0));
    }

    [Fact]
    public void Set_is_the_union_of_its_ranges()
    {
        var range = Gen.Select(Gen.Int[1, 2], Gen.Int[0, 9], Gen.Int[0, 9]);
        range.Array[1, 6].Sample(ranges =>
        {
            var set = Of([.. ranges.Select(r => (r.Item1, (long)Math.Min(r.Item2, r.Item3), (long)Math.Max(r.Item2, r.Item3)))]);
            for (var width = 1; width <= 3; width++)
            {
                for (var value = 0; value <= 12; value++)
                {
                    var expected = ranges.Any(r => r.Item1 == width && value >= Math.Min(r.Item2, r.Item3) && value <= Math.Max(r.Item2, r.Item3));
                    Assert.Equal(expected, set.Contains(width, value));
                }
            }
        }, iter: 5_000);
    }

    private static NumberSet Of(params (int Width, long First, long Last)[] ranges)
    {
        var builder = new NumberSet.Builder();
        Array.ForEach(ranges, range => builder.Add(range.Width, range.First, range.Last));
        return builder.Build();
    }
}
