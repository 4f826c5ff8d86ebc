using Orchestrator.Host.Cli.Output;

namespace Orchestrator.Host.Cli.Results;

/// <summary>Differences as people and <c>patch</c> know them, coloured where colours are allowed.</summary>
internal static class DiffText
{
    /// <param name="output">Where to.</param>
    /// <param name="before">What the lines with <c>-</c> are of.</param>
    /// <param name="after">What the lines with <c>+</c> are of.</param>
    /// <param name="lines">The difference.</param>
    public static void Write(TerminalWriter output, string before, string after, IReadOnlyList<DiffLine> lines)
    {
        // A name may have a new line in it, the lines of a difference have none.
        WriteLine(output, TerminalText.EscapeLine($"--- {before}"), Tone.Heading);
        WriteLine(output, TerminalText.EscapeLine($"+++ {after}"), Tone.Heading);
        foreach (var line in lines)
            WriteLine(output, Line(line), line.Kind switch { '-' => Tone.Bad, '+' => Tone.Good, '@' => Tone.Warning, _ => Tone.Plain });
    }

    /// <summary>All lines as one text, still unescaped.</summary>
    public static string Of(IEnumerable<DiffLine> lines) => string.Concat(lines.Select(line => Line(line) + "\n"));

    private static string Line(DiffLine line) => line.Kind == '@' ? line.Text : $"{line.Kind}{line.Text}";

    private static void WriteLine(TerminalWriter output, string text, Tone tone)
    {
        if (output.HasColor && tone != Tone.Plain)
            TerminalConsole.Write(output, text, tone);
        else
            output.Write(text);
        output.Write("\n");
    }
}
