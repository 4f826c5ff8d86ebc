namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>One part of a pattern.</summary>
internal abstract class PatternSegment
{
    /// <summary>
    /// Replaces the positions before this segment by those after it, in place. Those that consume something walk
    /// from the end: what they set lies behind the position that they have just cleared.
    /// </summary>
    /// <param name="text">The text to match.</param>
    /// <param name="reached">One more element than <paramref name="text"/>; index = position.</param>
    public abstract void Advance(ReadOnlySpan<char> text, Span<bool> reached);

    /// <summary>All texts that it stands for, if they can be told one by one; else none.</summary>
    public virtual IEnumerable<string> Texts() => [];
}

/// <summary><c>*</c>: any text, also none.</summary>
internal sealed class StarSegment : PatternSegment
{
    public static readonly StarSegment Instance = new();

    private StarSegment()
    {
    }

    public override void Advance(ReadOnlySpan<char> text, Span<bool> reached) => reached[reached.IndexOf(true)..].Fill(true);
}

/// <summary><c>?</c>: one character; a surrogate pair is one.</summary>
internal sealed class AnyCharSegment : PatternSegment
{
    public static readonly AnyCharSegment Instance = new();

    private AnyCharSegment()
    {
    }

    public override void Advance(ReadOnlySpan<char> text, Span<bool> reached)
    {
        reached[^1] = false;
        for (var at = text.Length - 1; at >= 0; at--)
        {
            if (reached[at])
            {
                reached[at] = false;
                var pair = at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]);
                reached[at + (pair ? 2 : 1)] = true;
            }
        }
    }
}

/// <summary>A text of its own; never empty.</summary>
internal sealed class LiteralSegment(string literal) : PatternSegment
{
    public string Literal => literal;

    public override IEnumerable<string> Texts() => [literal];

    public override void Advance(ReadOnlySpan<char> text, Span<bool> reached)
    {
        for (var at = text.Length; at >= 0; at--)
        {
            if (reached[at])
            {
                reached[at] = false;
                if (text[at..].StartsWith(literal, StringComparison.Ordinal))
                {
                    reached[at + literal.Length] = true;
                }
            }
        }
    }
}

/// <summary><c>[01-20,30]</c>: a number as written in one of the ranges.</summary>
internal sealed class NumberSegment(NumberSet numbers) : PatternSegment
{
    public override IEnumerable<string> Texts() => numbers.Texts();

    public override void Advance(ReadOnlySpan<char> text, Span<bool> reached)
    {
        for (var at = text.Length; at >= 0; at--)
        {
            if (!reached[at])
            {
                continue;
            }

            reached[at] = false;
            var value = 0L;
            for (var end = at; end < text.Length && end - at < TargetSelector.MaxRangeDigits && char.IsAsciiDigit(text[end]); end++)
            {
                value = value * 10 + (text[end] - '0');
                if (value > TargetSelector.MaxRangeValue)
                {
                    break;
                }

                if (numbers.Contains(end + 1 - at, value))
                {
                    reached[end + 1] = true;
                }
            }
        }
    }
}
