using System.Globalization;

namespace Orchestrator.Host.Cli.Results;

/// <summary>A line of a difference: <c>@</c> heads a hunk, a blank stands before what both have, <c>-</c> and <c>+</c> before what only the one or the other has.</summary>
internal readonly record struct DiffLine(char Kind, string Text);

/// <summary>The difference of two texts as <c>diff -u</c> shows it, without the two lines that name them.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Nothing for equal texts. A text is its lines: a missing newline at the end is no difference.</summary>
    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var edits = LineEdits.Between(Lines(before), Lines(after));
        var result = new List<DiffLine>();
        for (var at = 0; at < edits.Count;)
        {
            var first = edits.FindIndex(at, edit => edit.Kind != ' ');
            if (first < 0)
                break;
            var end = EndOfHunk(edits, first);
            var start = Math.Max(at, first - Context);
            result.Add(new DiffLine('@', Heading(edits, start, end)));
            result.AddRange(edits[start..end]);
            at = end;
        }
        return result;
    }

    /// <summary>Behind the last change that is near enough to the one before, and its context.</summary>
    private static int EndOfHunk(List<DiffLine> edits, int first)
    {
        var last = first;
        for (var at = first; at < edits.Count && at - last <= 2 * Context; at++)
        {
            if (edits[at].Kind != ' ')
                last = at;
        }
        return Math.Min(edits.Count, last + 1 + Context);
    }

    private static string Heading(List<DiffLine> edits, int start, int end) => $"@@ -{Range(edits, start, end, '+')} +{Range(edits, start, end, '-')} @@";

    private static string Range(List<DiffLine> edits, int start, int end, char others)
    {
        var before = edits.Take(start).Count(edit => edit.Kind != others);
        var count = edits[start..end].Count(edit => edit.Kind != others);
        // An empty range is named by the line before it.
        return count == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{before + 1}")
            : string.Create(CultureInfo.InvariantCulture, $"{(count == 0 ? before : before + 1)},{count}");
    }

    private static string[] Lines(string text)
    {
        var lines = text.Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
