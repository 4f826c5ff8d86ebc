using Orchestrator.Host.Emulation;

namespace Orchestrator.Host.Tests.Emulation;

public sealed class ChaosTests
{
    [Fact]
    public void Shares_are_read_as_percentages()
    {
        var chaos = Chaos.Parse("silent=1%, slow=12.5%,cut=0.1%");

        Assert.Equal([(Trait.Silent, 0.01), (Trait.Slow, 0.125)], chaos.Shares);
        Assert.Equal(0.001, chaos.Cut, 12);
    }

    [Theory]
    [InlineData("")]
    [InlineData("silent")]
    [InlineData("silent=1")]
    [InlineData("silent=-1%")]
    [InlineData("silent=101%")]
    [InlineData("silent=NaN%")]
    [InlineData("silent=1%,silent=2%")]
    [InlineData("cut=1%,cut=1%")]
    [InlineData("noise=1%")]
    [InlineData("silent=1%,")]
    [InlineData("silent=60%,paused=60%")]
    public void What_is_no_chaos_is_refused(string text) => Assert.Throws<FormatException>(() => Chaos.Parse(text));

    [Theory]
    [InlineData(0, Trait.Silent)]
    [InlineData(0.249, Trait.Silent)]
    [InlineData(0.25, Trait.Absent)]
    [InlineData(0.749, Trait.Absent)]
    [InlineData(0.75, Trait.None)]
    [InlineData(0.999, Trait.None)]
    public void Lot_decides_the_trait(double lot, object trait) => Assert.Equal(trait, Chaos.Parse("silent=25%,absent=50%").Of(lot));

    [Fact]
    public void Every_word_of_the_help_is_understood() =>
        Assert.Equal(5, Chaos.Parse(Chaos.Form.Replace("=P", "=1%", StringComparison.Ordinal)).Shares.Count);
}
