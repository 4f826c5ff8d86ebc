using System.Globalization;
using System.Text;

namespace Orchestrator.Host.Cli.Output;

/// <summary>Makes text from guests and servers harmless for a terminal: what it would obey is shown instead.</summary>
internal static class TerminalText
{
    /// <summary>
    /// The text with every control character (C0 except newline and tab, DEL, C1), line separator, bidirectional override
    /// and lone surrogate written as <c>\x1b</c> or <c>\u202e</c>.
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
        for (var index = first; index < text.Length; index++)
        {
            var character = text[index];
            if (keepLines && (character is '\n' or '\t'))
                escaped.Append(character);
            else if (char.IsHighSurrogate(character) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
                escaped.Append(character).Append(text[++index]);
            else if (IsObeyed(character))
                AppendEscape(escaped, character);
            else
                escaped.Append(character);
        }
        return escaped.ToString();
    }

    // Cf holds the bidirectional overrides (U+202A..U+202E, U+2066..U+2069) and invisible joiners.
    private static bool IsObeyed(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static void AppendEscape(StringBuilder escaped, char character) => _ = character switch
    {
        '\n' => escaped.Append("\\n"),
        '\t' => escaped.Append("\\t"),
        '\r' => escaped.Append("\\r"),
        < '\x100' => escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
        _ => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
    };
}
