using System.Buffers;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>
/// A pattern of <c>LIKE</c>. The pieces between <c>%</c> are found one after the other, each where it first fits, and never looked for again: the work is the
/// text's length times that of the longest piece.
/// </summary>
internal sealed class LikePattern
{
    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    public const int MaxLength = 256;

    private const int AnyOne = -1;
    private const int OnStack = 256;
    private readonly List<int[]> _pieces = [];

    /// <param name="text">The pattern: <c>%</c>, <c>_</c>, <c>\%</c>, <c>\_</c>, <c>\\</c>, and all else itself.</param>
    public LikePattern(string text)
    {
        Text = text;
        var piece = new List<int>();
        var runes = text.EnumerateRunes().Select(rune => rune.Value).ToArray();
        for (var at = 0; at < runes.Length; at++)
        {
            if (runes[at] == '\\' && at + 1 < runes.Length && runes[at + 1] is '%' or '_' or '\\')
                piece.Add(runes[++at]);
            else if (runes[at] == '%')
                EndPiece(piece);
            else
                piece.Add(runes[at] == '_' ? AnyOne : runes[at]);
        }
        EndPiece(piece);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether the whole text fits.</summary>
    public bool Matches(string text)
    {
        var rented = text.Length > OnStack ? ArrayPool<int>.Shared.Rent(text.Length) : null;
        var runes = rented ?? stackalloc int[OnStack];
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
            runes[count++] = rune.Value;
        var matches = Matches(runes[..count]);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
        return matches;
    }

    private static bool FitsAt(ReadOnlySpan<int> text, int[] piece)
    {
        for (var at = 0; at < piece.Length; at++)
        {
            if (piece[at] != AnyOne && piece[at] != text[at])
                return false;
        }
        return true;
    }

    private bool Matches(ReadOnlySpan<int> text)
    {
        var (first, last) = (_pieces[0], _pieces[^1]);
        if (_pieces.Count == 1)
            return text.Length == first.Length && FitsAt(text, first);
        if (text.Length < first.Length + last.Length || !FitsAt(text, first) || !FitsAt(text[^last.Length..], last))
            return false;
        var rest = text[first.Length..^last.Length];
        for (var at = 1; at < _pieces.Count - 1; at++)
        {
            while (rest.Length >= _pieces[at].Length && !FitsAt(rest, _pieces[at]))
                rest = rest[1..];
            if (rest.Length < _pieces[at].Length)
                return false;
            rest = rest[_pieces[at].Length..];
        }
        return true;
    }

    private void EndPiece(List<int> piece)
    {
        _pieces.Add([.. piece]);
        piece.Clear();
    }
}
