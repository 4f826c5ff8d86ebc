using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Host.Cli.Output;

/// <summary>Lays a table out with Spectre.Console: characters of any width, and a last column that is wrapped where it does not fit.</summary>
internal static class FittedTable
{
    /// <summary>Columns of a terminal between two of a table.</summary>
    public const int Gap = 2;

    private const int LeastLastColumn = 20;

    /// <param name="output">Where it goes.</param>
    /// <param name="rows">Texts are escaped already.</param>
    /// <param name="leastWidths">One per column; 0 for any.</param>
    /// <param name="hasHeadings">Whether the first row is that of the headings.</param>
    public static void Write(TerminalWriter output, IReadOnlyList<Cell[]> rows, int[] leastWidths, bool hasHeadings)
    {
        var table = new Table().NoBorder();
        table.ShowHeaders = hasHeadings;
        int[] widths = [.. leastWidths];
        foreach (var cells in rows)
        {
            for (var column = 0; column < cells.Length; column++)
                widths[column] = Math.Max(widths[column], Segment.CellCount([new Segment(cells[column].Text)]));
        }
        for (var column = 0; column < widths.Length - 1; column++)
            table.AddColumn(new TableColumn(Heading(column)) { NoWrap = true, Padding = new Padding(0, 0, Gap, 0), Width = widths[column] });
        table.AddColumn(new TableColumn(Heading(widths.Length - 1)) { Padding = new Padding(0) });
        foreach (var cells in rows.Skip(hasHeadings ? 1 : 0))
            table.AddRow(cells.Select(Show));

        var console = TerminalConsole.Open(output);
        var least = widths[..^1].Sum(width => width + Gap) + LeastLastColumn;
        console.Profile.Width = Math.Max(console.Profile.Width, least);
        console.Write(new WithoutTrailingBlanks(table));

        Text Heading(int column) => hasHeadings ? Show(rows[0][column]) : new Text("");
    }

    private static Text Show(Cell cell) => new(cell.Text, TerminalConsole.StyleOf(cell.Tone)) { Overflow = Overflow.Ellipsis };

    private sealed class WithoutTrailingBlanks(IRenderable table) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => table.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
        {
            foreach (var line in Segment.SplitLines(table.Render(options, maxWidth)))
            {
                foreach (var segment in line.Take(line.FindLastIndex(segment => !string.IsNullOrWhiteSpace(segment.Text)) + 1))
                    yield return segment;
                yield return Segment.LineBreak;
            }
        }
    }
}
