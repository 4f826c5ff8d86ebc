using Orchestrator.Actors.Events.Filtering;
using static Orchestrator.Actors.Tests.Events.Filtering.FilterSample;

namespace Orchestrator.Actors.Tests.Events.Filtering;

public sealed class ExpressionErrorTests
{
    [Theory]
    [InlineData("", 0, "a condition")]
    [InlineData("  ", 2, "a condition")]
    [InlineData("type", 4, "a comparison")]
    [InlineData("'text'", 6, "a comparison")]
    [InlineData("5", 1, "a comparison")]
    [InlineData("type =", 6, "a value")]
    [InlineData("type = = 1", 7, "a value")]
    [InlineData("type == 'x'", 6, "a value")]
    [InlineData("name = 'x'", 0, "type, subject, source, id, time")]
    [InlineData("TYPE = 'x'", 0, "type, subject")]
    [InlineData("type = 'x' type", 11, "AND, OR, XOR or the end")]
    [InlineData("type = 'x' AND", 14, "a condition")]
    [InlineData("(type = 'x'", 11, "\")\"")]
    [InlineData("type = 'x')", 10, "the end")]
    [InlineData("()", 1, "a condition")]
    [InlineData("type = 'x", 7, "a value")]
    [InlineData("type = 'x\\'", 7, "a value")]
    [InlineData("type LIKE 5", 10, "'PATTERN'")]
    [InlineData("type LIKE subject", 10, "'PATTERN'")]
    [InlineData("type NOT = 'x'", 9, "LIKE or IN")]
    [InlineData("data.a NOT", 10, "LIKE or IN")]
    [InlineData("type IN 'x'", 8, "\"(\"")]
    [InlineData("type IN ()", 9, "'TEXT', a number")]
    [InlineData("type IN (subject)", 9, "'TEXT', a number")]
    [InlineData("type IN ('x' 'y')", 13, "\",\" or \")\"")]
    [InlineData("EXISTS 'x'", 7, "an attribute")]
    [InlineData("EXISTS TRUE", 7, "an attribute")]
    [InlineData("data. = 1", 6, "a name")]
    [InlineData("data.5 = 1", 5, "a name")]
    [InlineData("data[-1] = 1", 5, "an index")]
    [InlineData("data[1.5] = 1", 5, "an index")]
    [InlineData("data[99999999999] = 1", 5, "an index")]
    [InlineData("data[0 = 1", 7, "\"]\"")]
    [InlineData("type ! 'x'", 5, "a comparison")]
    [InlineData("type = 'x' ; DROP", 11, "the end")]
    [InlineData("data.a = 99999999999999999999999999999999", 9, "a value")]
    [InlineData("time > 'yesterday'", 7, "a time such as")]
    [InlineData("5 < time", 4, "a time such as")]
    [InlineData("time IN ('2026-01-01', 'x')", 23, "a time such as")]
    public void Error_tells_where_and_what_was_expected(string text, int position, string expected)
    {
        var error = Error(text);
        Assert.Equal(position, error.Position);
        Assert.Contains(expected, error.Expected);
        Assert.Contains($"offset {position}", error.Message);
    }

    [Fact]
    public void Length_is_limited()
    {
        var longest = "type = '" + new string('x', EventExpression.MaxLength - 9) + "'";
        Assert.False(Matches(longest));
        Assert.Equal(EventExpression.MaxLength, Error(longest + " ").Position);
    }

    [Theory]
    [InlineData("NOT ")]
    [InlineData("(")]
    public void Depth_is_limited(string open)
    {
        var close = open == "(" ? ")" : "";
        string Nested(int depth) => string.Concat(Enumerable.Repeat(open, depth)) + "TRUE" + string.Concat(Enumerable.Repeat(close, depth));
        Assert.True(Matches(Nested(EventExpression.MaxDepth)));
        Assert.Contains("32 levels", Error(Nested(EventExpression.MaxDepth + 1)).Expected);
        // Side by side is not deep.
        Assert.True(Matches(string.Join(" AND ", Enumerable.Repeat("(NOT (FALSE))", 200))));
    }

    [Fact]
    public void Pattern_is_limited()
    {
        Assert.True(Matches($"type LIKE '%{new string('%', LikePattern.MaxLength - 1)}'"));
        Assert.Contains("256", Error($"type LIKE '{new string('%', LikePattern.MaxLength + 1)}'").Expected);
    }

    [Fact]
    public void Excerpt_shows_no_control_characters() => Assert.DoesNotContain('\u001b', Error("type = \u001b[2J").Message);
}
