using System.Text.RegularExpressions;
using CsCheck;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Tests.Events.Filtering;

/// <summary>Patterns against regular expressions.</summary>
public sealed class LikePatternTests
{
    private static readonly Gen<(string Like, string Regex)> Parts = Gen.OneOf(
        ("a", "a"), ("b", "b"), ("ab", "ab"), ("%", ".*"), ("_", "."), (@"\%", "%"), (@"\_", "_"), (@"\\", @"\\"), (@"\a", @"\\a"), ("😀", "😀"));

    [Fact]
    public void Pattern_agrees_with_the_regular_expression() =>
        Gen.Select(Parts.Array[0, 7], Gen.String[Gen.Char[@"aab%_\"], 0, 9]).Sample((parts, text) =>
        {
            var regex = $"^{string.Concat(parts.Select(part => part.Regex))}$";
            Assert.Equal(Regex.IsMatch(text, regex, RegexOptions.Singleline), new LikePattern(string.Concat(parts.Select(part => part.Like))).Matches(text));
        }, iter: 20_000);

    [Theory]
    [InlineData("_", "😀", true)]
    [InlineData("__", "😀", false)]
    [InlineData("%😀%", "a😀b", true)]
    [InlineData("_b%", "abcd1", true)]
    [InlineData("_b%", "acd", false)]
    [InlineData("A%", "abc", false)]
    [InlineData("a%\n%", "a\n", true)]
    [InlineData(@"\", @"\", true)]
    public void One_character_is_one_whatever_its_length(string pattern, string text, bool expected) => Assert.Equal(expected, new LikePattern(pattern).Matches(text));

    /// <summary>Would take longer than the universe is old if what was found once were looked for again.</summary>
    [Fact]
    public void Hostile_text_is_matched_in_one_pass()
    {
        var pattern = new LikePattern(string.Concat(Enumerable.Repeat("%a", 100)) + "b%");
        Assert.False(pattern.Matches(new string('a', 1_000_000)));
        Assert.True(pattern.Matches(new string('a', 1_000_000) + "b"));
    }
}
