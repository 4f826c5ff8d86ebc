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

    private readonly int[] _leastWidths;
    private readonly bool _hasHeadings;
    private readonly List<Cell[]> _rows = [];

    /// <param name="headings">One per column.</param>
    public TextTable(params string[] headings)
        : this(new int[headings.Length])
    {
        _hasHeadings = true;
        _rows.Add([.. headings.Select(heading => new Cell(heading, Tone.Heading))]);
    }

    /// <summary>A table without headings whose columns have at least these widths; 0 for any.</summary>
    public TextTable(int[] leastWidths) => _leastWidths = leastWidths;

    public void Add(params Cell[] cells) => _rows.Add([.. cells.Select(Shown)]);

    /// <summary>Most tables are of plain characters and fit: those need no library to be laid out, whose start is half of the time that a short command takes.</summary>
    public void WriteTo(TerminalWriter output)
    {
        if (!PlainTable.TryWrite(output, _rows, _leastWidths))
            FittedTable.Write(output, _rows, _leastWidths, _hasHeadings);
    }

    /// <summary>Writes one row of a table whose other rows are not known yet; a cell wider than its column pushes the rest.</summary>
    public static void WriteRow(TerminalWriter output, Cell[] cells, int[] leastWidths)
    {
        var row = new TextTable(leastWidths);
        row.Add(cells);
        row.WriteTo(output);
    }

    private static Cell Shown(Cell cell) =>
        cell with { Text = TerminalText.EscapeLine(cell.Text.Length > MaxCellLength ? cell.Text[..MaxCellLength] + "…" : cell.Text) };
}
