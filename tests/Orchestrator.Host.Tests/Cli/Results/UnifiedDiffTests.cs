using CsCheck;
using Orchestrator.Host.Cli.Results;

namespace Orchestrator.Host.Tests.Cli.Results;

public sealed class UnifiedDiffTests
{
    private static readonly Gen<string> Line = Gen.Char["abc"].Select(letter => letter.ToString());

    [Theory]
    [InlineData("", "")]
    [InlineData("a\nb\n", "a\nb\n")]
    [InlineData("a\nb", "a\nb\n")]
    public void Equal_texts_have_no_difference(string before, string after) => Assert.Empty(UnifiedDiff.Of(before, after));

    [Fact]
    public void Change_stands_in_its_context() => Assert.Equal(
        """
        @@ -3,7 +3,7 @@
         3
         4
         5
        -6
        +six
         7
         8
         9

        """,
        DiffText.Of(UnifiedDiff.Of(Numbers(1, 12), Numbers(1, 12).Replace("6", "six"))));

    [Fact]
    public void Changes_far_apart_have_hunks_of_their_own()
    {
        var after = Numbers(1, 30).Replace("\n5\n", "\n").Replace("\n20\n", "\n20\nnew\n");

        Assert.Equal(["@@ -2,7 +2,6 @@", "@@ -18,6 +17,7 @@"], UnifiedDiff.Of(Numbers(1, 30), after).Where(line => line.Kind == '@').Select(line => line.Text));
    }

    [Fact]
    public void Changes_near_each_other_share_a_hunk() =>
        Assert.Single(UnifiedDiff.Of(Numbers(1, 20), Numbers(1, 20).Replace("\n5\n", "\nfive\n").Replace("\n11\n", "\neleven\n")), line => line.Kind == '@');

    [Theory]
    [InlineData("", "a\n", "@@ -0,0 +1 @@\n+a\n")]
    [InlineData("a\n", "", "@@ -1 +0,0 @@\n-a\n")]
    [InlineData("a\n", "b\nc\n", "@@ -1 +1,2 @@\n-a\n+b\n+c\n")]
    public void Empty_sides_are_named_by_the_line_before(string before, string after, string expected) => Assert.Equal(expected, DiffText.Of(UnifiedDiff.Of(before, after)));

    [Fact]
    public void Edits_lead_from_the_one_text_to_the_other_and_are_fewest() => Gen.Select(Line.Array[0, 12], Line.Array[0, 12]).Sample((before, after) =>
    {
        var edits = LineEdits.Between(before, after);

        Assert.Equal(before, edits.Where(edit => edit.Kind != '+').Select(edit => edit.Text));
        Assert.Equal(after, edits.Where(edit => edit.Kind != '-').Select(edit => edit.Text));
        Assert.Equal(before.Length + after.Length - 2 * LongestCommon(before, after), edits.Count(edit => edit.Kind != ' '));
    });

    [Fact]
    public void Texts_with_too_many_changes_are_replaced_between_their_equal_ends()
    {
        string[] before = ["head", .. Enumerable.Range(0, 1000).Select(number => $"a{number}"), "common", "tail"];
        string[] after = ["head", "common", .. Enumerable.Range(0, 1000).Select(number => $"b{number}"), "tail"];

        var edits = LineEdits.Between(before, after);

        Assert.Equal(before, edits.Where(edit => edit.Kind != '+').Select(edit => edit.Text));
        Assert.Equal(after, edits.Where(edit => edit.Kind != '-').Select(edit => edit.Text));
        Assert.Equal(["head", "tail"], edits.Where(edit => edit.Kind == ' ').Select(edit => edit.Text));
    }

    private static string Numbers(int first, int last) => string.Concat(Enumerable.Range(first, last).Select(number => $"{number}\n"));

    private static int LongestCommon(string[] one, string[] other)
    {
        var lengths = new int[one.Length + 1, other.Length + 1];
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
                lengths[i, j] = one[i - 1] == other[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
        }
        return lengths[one.Length, other.Length];
    }
}
