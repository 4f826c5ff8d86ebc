using Orchestrator.Actors.FanOut.Selectors;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class SelectorNamesTests
{
    [Theory]
    [InlineData("web1", "web1")]
    [InlineData("web[1-3]", "web1 web2 web3")]
    [InlineData("web[08-11]", "web08 web09 web10 web11")]
    [InlineData("web[9-11,3]", "web10 web11 web3 web9")]
    [InlineData("r[1-2]n[1-2]x", "r1n1x r1n2x r2n1x r2n2x")]
    [InlineData("[1-2]", "1 2")]
    [InlineData("a, b or c and d", "a b c d")]
    [InlineData("web[1-2] and not web1", "web1 web2")]
    [InlineData("'odd name', a", "a,odd name")]
    [InlineData("web*, we?1, *", "")]
    [InlineData("web*[1-2]", "")]
    public void Names_written_in_a_selector_are_told(string selector, string expected)
    {
        var names = Written(selector, 100);

        Assert.Equal(expected, string.Join(expected.Contains(',') ? ',' : ' ', names.Names.Order(StringComparer.Ordinal)));
        Assert.False(names.IsCut);
        Assert.False(names.NeedsVms);
    }

    [Theory]
    [InlineData("l:role")]
    [InlineData("a or f:os.id=debian")]
    [InlineData("not h:node1")]
    [InlineData("s:Paused")]
    [InlineData("s:agent=Ready and a")]
    [InlineData("0c0f1d9e-0000-0000-0000-000000000001")]
    public void Term_that_only_a_vm_can_answer_is_told(string selector) => Assert.True(Written(selector, 100).NeedsVms);

    [Theory]
    [InlineData("x[0-1000000000]")]
    [InlineData("x[0-1000000000]y[0-1000000000]z[0-1000000000]")]
    [InlineData("x[1-99],y[1-2]")]
    public void More_names_than_asked_for_are_cut(string selector)
    {
        var names = Written(selector, 100);

        Assert.True(names.IsCut);
        Assert.Equal(100, names.Names.Count);
    }

    [Fact]
    public void Exactly_as_many_names_as_asked_for_are_not_cut() => Assert.False(Written("x[1-100],x1", 100).IsCut);

    [Fact]
    public void Every_name_told_of_a_pattern_is_matched_by_it()
    {
        Assert.True(TargetSelector.TryParse("r[1-12]n[008-011,7]", out var selector, out _));

        var names = selector.NamesWritten(1000).Names;
        Assert.Equal(12 * 5, names.Count);
        Assert.All(names, name => Assert.True(selector.Matches(Vm(name))));
    }

    private static SelectorNames Written(string text, int most)
    {
        Assert.True(TargetSelector.TryParse(text, out var selector, out var error), error?.Message);
        return selector.NamesWritten(most);
    }
}
