using Spectre.Console;
using Spectre.Console.Rendering;

namespace Orchestrator.Host.Cli.Output;

/// <summary>One cell: its text, still unescaped, and its colour.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(text ?? "");
}

/// <summary>Columns separated by two spaces, without rules: in a pipe one line per row, on a terminal the last column is fitted to what the others leave.</summary>
internal sealed class TextTable
{
    /// <summary>Characters shown of one cell: a guest chooses how long its texts are, and every row is as wide as the widest. The other forms show all.</summary>
    public const int MaxCellLength = 4096;

    private const int Gap = 2;
    private const int LeastLastColumn = 20;
    private readonly Table _table = new Table().NoBorder();
    private readonly int[] _widths;

    /// <param name="headings">One per column.</param>
    public TextTable(params string[] headings)
        : this(new int[headings.Length])
    {
        _table.ShowHeaders = true;
        for (var column = 0; column < headings.Length; column++)
            _table.Columns[column].Header = Show(new Cell(headings[column], Tone.Heading), column);
    }

    /// <summary>A table without headings whose columns have at least these widths; 0 for any.</summary>
    public TextTable(int[] leastWidths)
    {
        _widths = [.. leastWidths];
        for (var column = 0; column < leastWidths.Length; column++)
            _table.AddColumn(new TableColumn("") { NoWrap = true, Padding = new Padding(0, 0, Gap, 0) });
        _table.Columns[^1].NoWrap = false;
        _table.Columns[^1].Padding = new Padding(0);
        _table.ShowHeaders = false;
    }

    public void Add(params Cell[] cells) => _table.AddRow(cells.Select(Show));

    public void WriteTo(TerminalWriter output)
    {
        for (var column = 0; column < _widths.Length - 1; column++)
            _table.Columns[column].Width = _widths[column];
        var console = TerminalConsole.Open(output);
        var least = _widths[..^1].Sum(width => width + Gap) + LeastLastColumn;
        console.Profile.Width = Math.Max(console.Profile.Width, least);
        console.Write(new WithoutTrailingBlanks(_table));
    }

    /// <summary>Writes one row of a table whose other rows are not known yet; a cell wider than its column pushes the rest.</summary>
    public static void WriteRow(TerminalWriter output, Cell[] cells, int[] leastWidths)
    {
        var row = new TextTable(leastWidths);
        row.Add(cells);
        row.WriteTo(output);
    }

    private Text Show(Cell cell, int column)
    {
        var text = TerminalText.EscapeLine(cell.Text.Length > MaxCellLength ? cell.Text[..MaxCellLength] + "…" : cell.Text);
        _widths[column] = Math.Max(_widths[column], Segment.CellCount([new Segment(text)]));
        return new Text(text, TerminalConsole.StyleOf(cell.Tone)) { Overflow = Overflow.Ellipsis };
    }

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
