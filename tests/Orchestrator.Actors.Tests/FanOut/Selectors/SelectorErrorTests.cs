using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.Vms;
using static Orchestrator.Actors.Tests.FanOut.Selectors.Sample;

namespace Orchestrator.Actors.Tests.FanOut.Selectors;

public sealed class SelectorErrorTests
{
    [Theory]
    [InlineData("", 0, "empty selector")]
    [InlineData("   ", 3, "ends too early")]
    [InlineData("web1 and", 8, "ends too early")]
    [InlineData("web1,", 5, "ends too early")]
    [InlineData("not", 3, "ends too early")]
    [InlineData("web1 web2", 5, "without an operator")]
    [InlineData("web1 not web2", 5, "without an operator")]
    [InlineData("web1!web2", 4, "without an operator")]
    [InlineData("web'1'", 3, "without an operator")]
    [InlineData("and web1", 0, "written 'and'")]
    [InlineData("web1 or or web2", 8, "written 'or'")]
    [InlineData(",web1", 0, "where a term should stand")]
    [InlineData("web1 && web2", 6, "where a term should stand")]
    [InlineData("()", 1, "where a term should stand")]
    [InlineData("(web1", 5, "the \"(\" at offset 0 is not closed")]
    [InlineData("web1)", 4, "\")\" without \"(\"")]
    [InlineData("'web1", 5, "the quote at offset 0 is not closed")]
    [InlineData("'web1''", 7, "not closed")]
    [InlineData("web]", 3, "\"]\" without \"[\"")]
    [InlineData("web[", 4, "no number")]
    [InlineData("web[]", 4, "no number")]
    [InlineData("web[a]", 4, "no number")]
    [InlineData("web[1", 5, "range not finished")]
    [InlineData("web[1-]", 6, "no number")]
    [InlineData("web[1-3,]", 8, "no number")]
    [InlineData("web[0-10/2]", 8, "range not finished")]
    [InlineData("web[3-1]", 6, "runs backwards")]
    [InlineData("web[01-9]", 7, "padded differently at offset 7: expected 09")]
    [InlineData("web[1-020]", 6, "padded differently at offset 6: expected 20")]
    [InlineData("web[1-1000000001]", 6, "too large")]
    [InlineData("web[99999999999999999999999]", 4, "too large")]
    [InlineData("web[0000000000000000001]", 4, "padded too far")]
    [InlineData("role=web", 4, "l:key=value")]
    [InlineData("x:web", 0, "unknown prefix 'x'")]
    [InlineData("web*:1", 4, "\":\" in a name")]
    [InlineData("l:", 2, "a label's key")]
    [InlineData("l:=x", 2, "a label's key")]
    [InlineData("l:a*=x", 3, "taken literally")]
    [InlineData("l:k=", 4, "'' is the empty one")]
    [InlineData("l:k= and web1", 5, "'' is the empty one")]
    [InlineData("l: and web1", 3, "a label's key")]
    [InlineData("l:k=)", 4, "'' is the empty one")]
    [InlineData("f:", 2, "os.id")]
    [InlineData("h:", 2, "VmHost")]
    [InlineData("h:(x)", 2, "VmHost")]
    [InlineData("s:kind=Running", 2, "state or agent")]
    [InlineData("s:1", 2, "unknown state '1'")]
    [InlineData("s:agent=1", 8, "unknown agent state '1'")]
    [InlineData("s:agent=", 8, "Absent")]
    public void Mistake_is_located_and_explained(string text, int position, string part)
    {
        var error = ErrorOf(text);
        Assert.Equal(position, error.Position);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains(error.Expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_states_list_the_known_ones()
    {
        Assert.All(Enum.GetNames<VmState>(), name => Assert.Contains(name, ErrorOf("s:Runing").Expected, StringComparison.Ordinal));
        Assert.All(Enum.GetNames<VmState>(), name => Assert.Contains(name, ErrorOf("s:state=Runing").Expected, StringComparison.Ordinal));
        Assert.All(Enum.GetNames<AgentState>(), name => Assert.Contains(name, ErrorOf("s:agent=Redy").Expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Message_points_at_the_position() => Assert.Equal(
        """
        two terms without an operator between them at offset 5: expected "and", "or", "," or the end.
          web1 web2
               ^
        """.ReplaceLineEndings("\n"),
        ErrorOf("web1 web2").Message);

    [Fact]
    public void Message_shows_a_long_text_around_the_position()
    {
        var lines = ErrorOf(new string('a', 500) + " $ " + new string('b', 500)).Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal('$', lines[1][lines[2].IndexOf('^')]);
        Assert.StartsWith("  ...a", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("b...", lines[1], StringComparison.Ordinal);
        Assert.InRange(lines[1].Length, 1, 90);
    }

    [Theory]
    [InlineData("a\u001b[2J\u202e\nb c")]
    [InlineData("s:\u001b[2J")]
    [InlineData("\u001b]0;x\u0007:y")]
    public void Message_carries_no_control_characters(string text)
    {
        var message = ErrorOf(text).Message;
        Assert.DoesNotContain(message, c => c != '\n' && (char.IsControl(c) || c == '\u202e'));
        Assert.Equal(3, message.Split('\n').Length);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("!", "")]
    [InlineData("not ", "")]
    [InlineData("!(", ")")]
    public void Nesting_is_accepted_up_to_its_limit(string open, string close)
    {
        var levels = open == "!(" ? 2 : 1;
        var most = TargetSelector.MaxDepth / levels;
        Assert.True(Parse(Nested(most)).Matches(Vm("web1")));
        var error = ErrorOf(Nested(most + 1));
        Assert.Equal(most * open.Length, error.Position);
        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
        Assert.Equal(most * open.Length, ErrorOf(Nested(100_000)).Position);

        string Nested(int times) => string.Concat(Enumerable.Repeat(open, times)) + "web1" + string.Concat(Enumerable.Repeat(close, times));
    }

    [Fact]
    public void Nesting_beside_each_other_does_not_add_up() =>
        Assert.True(Matches(string.Join(" and ", Enumerable.Repeat("(not(not web1))", 200)), Vm("web1")));

    [Fact]
    public void Selector_longer_than_the_limit_is_refused()
    {
        Assert.True(Matches("*" + new string(' ', TargetSelector.MaxLength - 1), Vm("x")));
        Assert.Contains("too long", ErrorOf("*" + new string(' ', TargetSelector.MaxLength)).Message, StringComparison.Ordinal);
    }
}
