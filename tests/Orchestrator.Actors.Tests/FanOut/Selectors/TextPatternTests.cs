using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class TextPatternTests
{
    private static readonly StarSegment Star = StarSegment.Instance;
    private static readonly AnyCharSegment AnyChar = AnyCharSegment.Instance;

    [Theory]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5000)]
    public void Text_of_any_length_is_matched_to_its_end(int length)
    {
        var text = new string('a', length - 1) + "b";
        Assert.True(TextPattern.Compile([Star, AnyChar, Literal("b")]).Matches(text));
        Assert.True(TextPattern.Compile([Literal("a"), AnyChar, Star, Literal("ab")]).Matches(text));
        Assert.False(TextPattern.Compile([Star, AnyChar, Literal("a")]).Matches(text));
    }

    [Fact]
    public void Long_text_is_not_confused_by_the_one_before()
    {
        var text = new string('a', 300);
        Assert.True(TextPattern.Compile([Star, AnyChar, Star]).Matches(text));
        Assert.False(TextPattern.Compile([AnyChar, AnyChar]).Matches(text));
    }

    [Fact]
    public void Simple_shapes_get_a_matcher_of_their_own()
    {
        Assert.IsType<ExactPattern>(TextPattern.Compile([Literal("a")]));
        Assert.IsType<AffixPattern>(TextPattern.Compile([Star]));
        Assert.IsType<AffixPattern>(TextPattern.Compile([Literal("a"), Star]));
        Assert.IsType<AffixPattern>(TextPattern.Compile([Star, Literal("a")]));
        Assert.IsType<AffixPattern>(TextPattern.Compile([Literal("a"), Star, Literal("b")]));
        Assert.IsType<SegmentedPattern>(TextPattern.Compile([AnyChar]));
    }

    [Theory]
    [InlineData("\U0001F980x", true)]
    [InlineData("\U0001F980\U0001F980x", false)]
    [InlineData("x", false)]
    public void Question_mark_is_one_character(string text, bool expected) =>
        Assert.Equal(expected, TextPattern.Compile([AnyChar, Literal("x")]).Matches(text));

    // Lone surrogates do not survive in an attribute.
    [Fact]
    public void Question_mark_is_also_half_a_pair()
    {
        var pattern = TextPattern.Compile([AnyChar, Literal("x")]);
        Assert.True(pattern.Matches("\ud83ex"));
        Assert.True(pattern.Matches("\udd80x"));
        Assert.False(pattern.Matches("\udd80\ud83ex"));
    }

    [Fact]
    public void Number_past_the_largest_is_in_no_range()
    {
        var numbers = new NumberSet.Builder();
        for (var width = 1; width <= TargetSelector.MaxRangeDigits; width++)
        {
            numbers.Add(width, 0, 9);
        }

        numbers.Add(1, 0, TargetSelector.MaxRangeValue);
        var pattern = TextPattern.Compile([new NumberSegment(numbers.Build())]);
        Assert.True(pattern.Matches("1000000000"));
        for (var exponent = 31; exponent < 60; exponent++)
        {
            Assert.False(pattern.Matches($"{1L << exponent}"), $"2^{exponent}");
        }
    }

    private static LiteralSegment Literal(string text) => new(text);
}
