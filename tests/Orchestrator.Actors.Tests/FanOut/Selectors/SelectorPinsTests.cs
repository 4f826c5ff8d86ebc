using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class SelectorPinsTests
{
    private const string Id = "6f1d8a52-93f4-4c0b-8a1e-0123456789ab";

    [Theory]
    [InlineData("a", "a")]
    [InlineData("'odd name'", "odd name")]
    [InlineData(Id, Id)]
    [InlineData("a, b or c", "a b c")]
    [InlineData("a or " + Id, "a " + Id)]
    [InlineData("a and h:node1", "a")]
    [InlineData("l:tier and not s:Paused and (a or b)", "a b")]
    [InlineData(Id + " and a and h:node1", Id)]
    public void Selector_that_names_its_vms_is_pinned_to_them(string selector, string expected)
    {
        var pins = Parse(selector).Pins();

        Assert.NotNull(pins);
        Assert.Equal(expected, string.Join(' ', pins.Names.Order(StringComparer.Ordinal).Concat(pins.Ids.Select(id => id.ToString()))));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("web*")]
    [InlineData("web[1-2]")]
    [InlineData("not a")]
    [InlineData("a or h:node1")]
    [InlineData("a or not b")]
    [InlineData("l:tier and s:Running")]
    public void Selector_of_any_vms_is_not(string selector) => Assert.Null(Parse(selector).Pins());
}
