using CsCheck;
using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Tests.Cli.Output;

public class PlainTableTests
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char['!', '~'], 1, 8];
    private static readonly Gen<Cell> AnyCell = Gen.Select(Word.Array[0, 3], Gen.Enum<Tone>(), (words, tone) => new Cell(string.Join(' ', words), tone));

    /// <summary>Of a last column that is empty everywhere the library makes an ellipsis.</summary>
    private static readonly Gen<(Cell[][] Rows, int[] Widths)> Tables = Gen.Int[1, 5]
        .SelectMany(columns => Gen.Select(AnyCell.Array[columns].Array[1, 6], Gen.Int[0, 12].Array[columns]))
        .Where(table => table.Item1.Any(row => row[^1].Text.Length > 0));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Table_is_what_the_library_makes_of_it(bool color) => Tables.Sample(table =>
    {
        var (plain, written) = Plain(table.Rows, table.Widths, color, terminal: null);

        Assert.True(written);
        Assert.Equal(Fitted(table.Rows, table.Widths, color, hasHeadings: false), plain);
        if (table.Widths.All(width => width == 0))
            Assert.Equal(Fitted(table.Rows, table.Widths, color, hasHeadings: true), plain);
    });

    [Fact]
    public void Table_with_headings_is_what_the_library_makes_of_it()
    {
        Cell[][] rows = [[new Cell("NAME", Tone.Heading), new Cell("STATE", Tone.Heading), new Cell("MESSAGE", Tone.Heading)], ["web01", new Cell("Running", Tone.Good), ""], ["db", "", "no agent"]];

        var (plain, _) = Plain(rows, [0, 0, 0], color: true, terminal: null);

        Assert.Equal("\e[1mNAME\e[0m   \e[1mSTATE\e[0m    \e[1mMESSAGE\e[0m\nweb01  \e[32mRunning\e[0m\ndb              no agent\n", plain);
        Assert.Equal(Fitted(rows, [0, 0, 0], color: true, hasHeadings: true), plain);
    }

    [Theory]
    [InlineData("caf\u00e9")]
    [InlineData("two  spaces")]
    [InlineData(" before")]
    [InlineData("behind ")]
    [InlineData("\u5b57")]
    public void Cell_that_needs_more_is_left_to_the_library(string text)
    {
        var (plain, written) = Plain([["a", text]], [0, 0], color: false, terminal: null);

        Assert.False(written);
        Assert.Equal("", plain);
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(11, false)]
    public void Table_wider_than_the_terminal_is_left_to_the_library(int terminal, bool fits) =>
        Assert.Equal(fits, Plain([["12345", "12345"]], [0, 0], color: false, terminal).Written);

    private static (string Text, bool Written) Plain(Cell[][] rows, int[] widths, bool color, int? terminal)
    {
        var text = new StringWriter { NewLine = "\n" };
        var written = PlainTable.TryWrite(new TerminalWriter(text, terminal is not null, color, () => terminal ?? 0), rows, widths);
        return (text.ToString(), written);
    }

    private static string Fitted(Cell[][] rows, int[] widths, bool color, bool hasHeadings)
    {
        var text = new StringWriter { NewLine = "\n" };
        FittedTable.Write(new TerminalWriter(text, isTerminal: false, color, () => 0), rows, widths, hasHeadings);
        return text.ToString();
    }
}
