using System.Globalization;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>
/// Numbers as written: 7, 07 and 007 differ. A range is cut into pieces of equal length of text (<c>[01-100]</c>
/// into 01…99 and 100), which leaves padding no rule of its own: length and value decide.
/// </summary>
internal sealed class NumberSet
{
    private readonly long[] _first;
    private readonly long[] _last;

    private NumberSet(List<(long First, long Last)> sorted)
    {
        _first = [.. sorted.Select(piece => piece.First)];
        _last = [.. sorted.Select(piece => piece.Last)];
    }

    /// <summary>Whether the number of <paramref name="length"/> digits and this value is in the set.</summary>
    public bool Contains(int length, long value)
    {
        var key = Key(length, value);
        var found = Array.BinarySearch(_first, key);
        var piece = found >= 0 ? found : ~found - 1;
        return piece >= 0 && key <= _last[piece];
    }

    /// <summary>All of them as they are written, shorter ones first.</summary>
    public IEnumerable<string> Texts()
    {
        foreach (var (first, last) in _first.Zip(_last))
        {
            for (var key = first; key <= last; key++)
            {
                yield return ((uint)key).ToString(CultureInfo.InvariantCulture).PadLeft((int)(key >> 32), '0');
            }
        }
    }

    // Values are at most TargetSelector.MaxRangeValue, which takes 30 bits.
    private static long Key(int length, long value) => ((long)length << 32) | value;

    /// <summary>Collects ranges, in any order, overlapping or not.</summary>
    internal sealed class Builder
    {
        private readonly List<(long First, long Last)> _pieces = [];

        /// <param name="width">Digits of the first bound as written.</param>
        /// <param name="first">At most <paramref name="last"/>.</param>
        /// <param name="last">At most <see cref="TargetSelector.MaxRangeValue"/>.</param>
        public void Add(int width, long first, long last)
        {
            while (true)
            {
                var longest = (long)Math.Pow(10, width) - 1;
                _pieces.Add((Key(width, first), Key(width, Math.Min(last, longest))));
                if (last <= longest)
                {
                    return;
                }

                width++;
                first = longest + 1;
            }
        }

        public NumberSet Build()
        {
            _pieces.Sort();
            List<(long First, long Last)> merged = [];
            foreach (var piece in _pieces)
            {
                if (merged.Count > 0 && piece.First <= merged[^1].Last + 1)
                {
                    merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, piece.Last));
                }
                else
                {
                    merged.Add(piece);
                }
            }

            return new NumberSet(merged);
        }
    }
}
