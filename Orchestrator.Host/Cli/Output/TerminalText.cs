using System.Globalization;
using System.Text;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Host.Cli.Output;

/// <summary>Makes text from guests and servers harmless for a terminal: what it would obey is shown instead.</summary>
internal static class TerminalText
{
    /// <summary>
    /// The text with every control character (C0 except newline and tab, DEL, C1), line separator, bidirectional override, invisible character
    /// and lone surrogate written as <c>\x1b</c>, <c>\u202e</c> or <c>\U000e0001</c>: escapes that YAML and most languages know.
    /// </summary>
    public static string Escape(string text) => Escape(text, keepLines: true);

    /// <summary>The same for one cell or one line: newline and tab are shown as <c>\n</c> and <c>\t</c> too.</summary>
    public static string EscapeLine(string text) => Escape(text, keepLines: false);

    private static string Escape(string text, bool keepLines)
    {
        var first = 0;
        while (first < text.Length && text[first] is >= ' ' and < '\x7f')
            first++;
        if (first == text.Length)
            return text;

        var escaped = new StringBuilder(text.Length + 16).Append(text, 0, first);
        for (var index = first; index < text.Length;)
        {
            var isWhole = Rune.TryGetRuneAt(text, index, out var character);
            var code = isWhole ? character.Value : text[index];
            if (keepLines && code is ('\n' or '\t'))
                escaped.Append((char)code);
            else if (!isWhole || HarmlessJsonEncoder.IsObeyed(character))
                AppendEscape(escaped, code);
            else
                escaped.Append(text, index, character.Utf16SequenceLength);
            index += isWhole ? character.Utf16SequenceLength : 1;
        }
        return escaped.ToString();
    }

    private static void AppendEscape(StringBuilder escaped, int code) => _ = code switch
    {
        '\n' => escaped.Append("\\n"),
        '\t' => escaped.Append("\\t"),
        '\r' => escaped.Append("\\r"),
        < 0x100 => escaped.Append(CultureInfo.InvariantCulture, $"\\x{code:x2}"),
        < 0x10000 => escaped.Append(CultureInfo.InvariantCulture, $"\\u{code:x4}"),
        _ => escaped.Append(CultureInfo.InvariantCulture, $"\\U{code:x8}"),
    };
}
