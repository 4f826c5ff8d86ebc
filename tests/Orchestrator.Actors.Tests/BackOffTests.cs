namespace Orchestrator.Actors.Tests;

public sealed class BackOffTests
{
    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(3, 800)]
    [InlineData(5, 3200)]
    [InlineData(6, 5000)]
    [InlineData(31, 5000)]
    [InlineData(int.MaxValue, 5000)]
    public void Pauses_double_up_to_the_longest(int failures, int milliseconds)
    {
        var backOff = new BackOff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), backOff.After(failures));
    }

    [Fact]
    public void A_first_pause_above_the_longest_is_cut()
    {
        var backOff = new BackOff(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(5), backOff.After(1));
    }
}
