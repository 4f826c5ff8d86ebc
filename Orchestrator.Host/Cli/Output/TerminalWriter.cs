namespace Orchestrator.Host.Cli.Output;

/// <summary>
/// The only way to standard output and standard error: text is escaped unless the caller says that it is a document
/// (JSON, YAML, a script), whose own syntax has no raw control characters.
/// </summary>
/// <param name="writer">Where it goes.</param>
/// <param name="isTerminal">Whether a person reads it at once: permits progress and truncation.</param>
/// <param name="color">Whether colours may be written.</param>
/// <param name="width">Columns, asked for when <paramref name="isTerminal"/>.</param>
internal sealed class TerminalWriter(TextWriter writer, bool isTerminal, bool color, Func<int> width)
{
    public bool IsTerminal => isTerminal;

    public bool HasColor => color;

    /// <summary>Columns to fit into; <see langword="null"/> when nothing is to be cut.</summary>
    public int? Width => isTerminal && width() is > 0 and var columns ? columns : null;

    /// <summary>Without escaping: for <see cref="TerminalConsole"/>.</summary>
    public TextWriter Writer => writer;

    /// <summary>Text that may have several lines.</summary>
    public void Write(string text) => writer.Write(TerminalText.Escape(text));

    /// <summary>Exactly one line: newlines inside the text are shown, not obeyed.</summary>
    public void WriteLine(string text) => writer.WriteLine(TerminalText.EscapeLine(text));

    /// <summary>A document that is safe by its own syntax.</summary>
    public void WriteDocument(string document) => writer.Write(document);

    public void Flush() => writer.Flush();
}
