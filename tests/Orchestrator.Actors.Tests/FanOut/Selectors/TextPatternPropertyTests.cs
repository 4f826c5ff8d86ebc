using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

/// <summary>Patterns against regular expressions, ranges against the formatted list of their numbers.</summary>
public sealed class TextPatternPropertyTests
{
    private static readonly Gen<(string Glob, string Regex)> Parts = Gen.OneOf(
        ("a", "a"), ("b", "b"), ("1", "1"), ("ab", "ab"), ("*", ".*"), ("?", "."),
        ("[1-2]", "(1|2)"), ("[1-11]", "([1-9]|10|11)"), ("[01-12]", "(0[1-9]|1[0-2])"), ("[0,2,11]", "(0|2|11)"));

    [Fact]
    public void Pattern_agrees_with_the_regular_expression() =>
        Gen.Select(Parts.Array[1, 7], Gen.String[Gen.Char["ab012"], 0, 9]).Sample((parts, name) =>
        {
            var regex = $"^{string.Concat(parts.Select(part => part.Regex))}$";
            Assert.Equal(Regex.IsMatch(name, regex), Matches(string.Concat(parts.Select(part => part.Glob)), Vm(name)));
        }, iter: 20_000);

    [Fact]
    public void Range_holds_the_numbers_that_it_spells()
    {
        var ranges = Gen.Select(Gen.Int[0, 120], Gen.Int[0, 40], Gen.Int[1, 4], (first, more, width) =>
            (First: first, Last: first + more, Width: width)).Array[1, 5];
        ranges.Sample(parts =>
        {
            var selector = Parse($"[{string.Join(',', parts.Select(p => $"{Written(p.First, p.Width)}-{Written(p.Last, p.Width)}"))}]");
            var spelled = parts.SelectMany(p => Enumerable.Range(p.First, p.Last - p.First + 1).Select(n => Written(n, p.Width))).ToHashSet();
            foreach (var name in Enumerable.Range(0, 170).SelectMany(n => Enumerable.Range(1, 5).Select(width => Written(n, width))).Distinct())
            {
                Assert.Equal(spelled.Contains(name), selector.Matches(Vm(name)));
            }
        }, iter: 200);
    }

    [Fact]
    public void Pattern_does_not_blow_up_on_a_hostile_text()
    {
        var stars = string.Concat(Enumerable.Repeat("*a", 50)) + "b";
        var ranges = string.Concat(Enumerable.Repeat("[1-999999]", 50)) + "b";
        Assert.False(Matches($"f:os.name={stars}", Vm("x") with { Facts = Entries("os.name", new string('a', 10_000)) }));
        Assert.False(Matches($"f:os.name={ranges}", Vm("x") with { Facts = Entries("os.name", new string('1', 10_000)) }));
        Assert.True(Matches($"f:os.name={ranges}", Vm("x") with { Facts = Entries("os.name", new string('1', 200) + "b") }));
    }

    private static string Written(int number, int width) => number.ToString($"D{width}", CultureInfo.InvariantCulture);
}
