using System.Globalization;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>Why a text is not a selector.</summary>
/// <param name="Position">Offset of the offending character, in UTF-16 code units from 0; the text's length if it ends too early.</param>
/// <param name="Expected">What could stand there, e.g. <c>"and", "or" or the end</c>.</param>
/// <param name="Message">Problem, position and expectation on the first line, then an excerpt of the text and a line with a caret below the position.</param>
public sealed record SelectorError(int Position, string Expected, string Message)
{
    private const int ContextLength = 36;
    private const string Cut = "...";

    internal static SelectorError At(string text, int position, string problem, string expected)
    {
        var start = Math.Max(0, position - ContextLength);
        var end = Math.Min(text.Length, position + ContextLength);
        var before = start > 0 ? Cut : "";
        var after = end < text.Length ? Cut : "";
        var caret = new string(' ', before.Length + position - start) + '^';
        return new SelectorError(
            position,
            expected,
            $"{problem} at offset {position}: expected {expected}.\n  {before}{Printable(text.AsSpan(start, end - start))}{after}\n  {caret}");
    }

    /// <summary>A word of the text for use in a problem: shortened, quoted, without control and direction characters.</summary>
    internal static string Show(ReadOnlySpan<char> word) =>
        word.Length <= ContextLength ? $"'{Printable(word)}'" : $"'{Printable(word[..ContextLength])}{Cut}'";

    /// <summary>One character out for each in, so that the caret stays below its character; no terminal escapes, no line breaks.</summary>
    private static string Printable(ReadOnlySpan<char> text)
    {
        var printable = text.ToArray();
        foreach (ref var c in printable.AsSpan())
        {
            c = char.IsWhiteSpace(c) ? ' ' : char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format ? '?' : c;
        }

        return new string(printable);
    }
}
