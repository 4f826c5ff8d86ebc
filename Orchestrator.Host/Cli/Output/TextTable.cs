namespace Orchestrator.Host.Cli.Output;

/// <summary>One cell: its text, still unescaped, and its colour.</summary>
internal readonly record struct Cell(string Text, Tone Tone = Tone.Plain)
{
    public static implicit operator Cell(string? text) => new(text ?? "");
}

/// <summary>Columns separated by two spaces, without rules: the same in a pipe and on a terminal, where the last column is cut.</summary>
/// <param name="headings">One per column.</param>
internal sealed class TextTable(params string[] headings)
{
    private const int Gap = 2;
    private readonly List<Cell[]> _rows = [];

    public int Count => _rows.Count;

    public void Add(params Cell[] cells) => _rows.Add(cells);

    public void WriteTo(TerminalWriter output)
    {
        var widths = new int[headings.Length];
        for (var column = 0; column < headings.Length; column++)
            widths[column] = Math.Max(headings[column].Length, _rows.Count == 0 ? 0 : _rows.Max(row => Shown(row[column]).Length));

        Write(output, [.. headings.Select(heading => new Cell(heading, Tone.Heading))], widths);
        foreach (var row in _rows)
            Write(output, row, widths);
    }

    /// <summary>Writes one row of a table whose other rows are not known yet; cells wider than their column push the rest.</summary>
    public static void Write(TerminalWriter output, Cell[] cells, int[] widths)
    {
        var used = 0;
        for (var column = 0; column < cells.Length; column++)
        {
            var text = Shown(cells[column]);
            var last = column == cells.Length - 1;
            if (last && output.Width is { } width && used + text.Length > width)
                text = text[..Math.Max(0, Math.Min(text.Length, width - used - 1))] + "…";
            output.Write(text, cells[column].Tone);
            if (last)
                continue;
            var padding = Math.Max(0, widths[column] - text.Length) + Gap;
            // Trailing blanks only where something follows: empty cells at the end of a row leave none behind.
            if (cells.Skip(column + 1).Any(cell => cell.Text.Length > 0))
                output.Write(new string(' ', padding), Tone.Plain);
            used += text.Length + padding;
        }
        output.WriteDocument("\n");
    }

    private static string Shown(Cell cell) => TerminalText.EscapeLine(cell.Text);
}
