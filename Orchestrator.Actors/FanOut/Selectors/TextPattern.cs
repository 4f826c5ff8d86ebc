namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>A compiled glob with number ranges. Case-sensitive, matches whole texts, allocates nothing while matching.</summary>
internal abstract class TextPattern
{
    public abstract bool Matches(ReadOnlySpan<char> text);

    /// <summary>All texts that it matches, if ranges are all that varies in it; else none. There can be very many: they are made as they are taken.</summary>
    public virtual IEnumerable<string> Texts() => [];

    /// <summary>Chooses the cheapest matcher for <paramref name="segments"/>.</summary>
    public static TextPattern Compile(List<PatternSegment> segments) => segments switch
    {
        [LiteralSegment only] => new ExactPattern(only.Literal),
        [StarSegment] => new AffixPattern("", ""),
        [LiteralSegment first, StarSegment] => new AffixPattern(first.Literal, ""),
        [StarSegment, LiteralSegment last] => new AffixPattern("", last.Literal),
        [LiteralSegment first, StarSegment, LiteralSegment last] => new AffixPattern(first.Literal, last.Literal),
        [LiteralSegment first, .. var rest] => new SegmentedPattern(first.Literal, [.. rest]),
        _ => new SegmentedPattern("", [.. segments]),
    };
}

/// <summary>One text only.</summary>
internal sealed class ExactPattern(string literal) : TextPattern
{
    public string Literal => literal;

    public override bool Matches(ReadOnlySpan<char> text) => text.SequenceEqual(literal);

    public override IEnumerable<string> Texts() => [literal];
}

/// <summary><c>web*</c>, <c>*db</c>, <c>a*b</c> and <c>*</c>.</summary>
internal sealed class AffixPattern(string prefix, string suffix) : TextPattern
{
    public override bool Matches(ReadOnlySpan<char> text) =>
        text.Length >= prefix.Length + suffix.Length
        && text.StartsWith(prefix, StringComparison.Ordinal)
        && text.EndsWith(suffix, StringComparison.Ordinal);
}
