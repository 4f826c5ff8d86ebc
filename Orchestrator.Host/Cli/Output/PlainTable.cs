using System.Text;

namespace Orchestrator.Host.Cli.Output;

/// <summary>Lays out the tables that need no fitting, as <see cref="FittedTable"/> would.</summary>
internal static class PlainTable
{
    /// <summary>Writes a table of printable ASCII that is no wider than the terminal, whose cells have single spaces between their words only.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="rows">Texts are escaped already.</param>
    /// <param name="leastWidths">One per column; 0 for any.</param>
    /// <returns>Whether it was; else nothing is written.</returns>
    public static bool TryWrite(TerminalWriter output, IReadOnlyList<Cell[]> rows, int[] leastWidths)
    {
        int[] widths = [.. leastWidths];
        foreach (var cells in rows)
        {
            for (var column = 0; column < cells.Length; column++)
            {
                if (!IsPlain(cells[column].Text))
                    return false;
                widths[column] = Math.Max(widths[column], cells[column].Text.Length);
            }
        }
        if (output.Width is { } columns && TotalOf(widths) > columns)
            return false;
        var line = new StringBuilder();
        foreach (var cells in rows)
            Write(output, line.Clear(), cells, widths);
        return true;
    }

    private static int TotalOf(int[] widths)
    {
        var total = widths[^1];
        for (var column = 0; column < widths.Length - 1; column++)
            total += widths[column] + FittedTable.Gap;
        return total;
    }

    private static bool IsPlain(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is < ' ' or > '~' || (text[at] == ' ' && (at == 0 || at == text.Length - 1 || text[at - 1] == ' ')))
                return false;
        }
        return true;
    }

    private static void Write(TerminalWriter output, StringBuilder line, Cell[] cells, int[] widths)
    {
        var blanks = 0;
        for (var column = 0; column < cells.Length; column++)
        {
            var (text, tone) = cells[column];
            // Blanks are written with what comes behind them: a line ends with its last word.
            if (text.Length > 0)
            {
                line.Append(' ', blanks);
                Append(line, text, output.HasColor ? CodeOf(tone) : "");
                blanks = 0;
            }
            blanks += widths[column] - text.Length + FittedTable.Gap;
        }
        output.Writer.WriteLine(line);
    }

    private static void Append(StringBuilder line, string text, string code)
    {
        if (code.Length > 0)
            line.Append("\e[").Append(code).Append('m').Append(text).Append("\e[0m");
        else
            line.Append(text);
    }

    /// <summary>Select Graphic Rendition (ECMA-48) of a tone.</summary>
    private static string CodeOf(Tone tone) => tone switch
    {
        Tone.Good => "32",
        Tone.Warning => "33",
        Tone.Bad => "31",
        Tone.Heading => "1",
        _ => "",
    };
}
