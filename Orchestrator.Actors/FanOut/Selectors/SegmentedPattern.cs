using System.Buffers;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>
/// Any sequence of segments. Carries the set of positions that the segments so far can have reached, so the time
/// is proportional to segments × length whatever a guest claims as a fact: there is no backtracking to blow up.
/// </summary>
internal sealed class SegmentedPattern(string prefix, PatternSegment[] segments) : TextPattern
{
    private const int StackLength = 256;

    public override bool Matches(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text[prefix.Length..];
        if (rest.Length < StackLength)
        {
            return Reaches(rest, stackalloc bool[StackLength]);
        }

        var rented = ArrayPool<bool>.Shared.Rent(rest.Length + 1);
        var matches = Reaches(rest, rented);
        ArrayPool<bool>.Shared.Return(rented);
        return matches;
    }

    public override IEnumerable<string> Texts() => segments.Aggregate<PatternSegment, IEnumerable<string>>(
        [prefix], (texts, segment) => texts.SelectMany(_ => segment.Texts(), (text, next) => text + next));

    private bool Reaches(ReadOnlySpan<char> text, Span<bool> buffer)
    {
        var reached = buffer[..(text.Length + 1)];
        reached.Clear();
        reached[0] = true;
        foreach (var segment in segments)
        {
            segment.Advance(text, reached);
            if (!reached.Contains(true))
            {
                return false;
            }
        }

        return reached[^1];
    }
}
