namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>Which characters and words have a meaning of their own in a selector.</summary>
internal static class SelectorSyntax
{
    /// <summary>Ends a bare word anywhere outside brackets and quotes.</summary>
    public static bool IsDelimiter(char c) =>
        c is '(' or ')' or ',' or '&' or '|' or '!' or '\'' or '"' || char.IsWhiteSpace(c);

    /// <summary>Ends the leading word of a term: what follows makes it a prefix, a pattern or a mistake.</summary>
    public static bool EndsWord(char c) => c is ':' or '=' or '*' or '?' or '[' or ']' || IsDelimiter(c);

    public static bool IsKeyword(ReadOnlySpan<char> word, string keyword) => word.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public static bool IsKeyword(ReadOnlySpan<char> word) => IsKeyword(word, "and") || IsKeyword(word, "or") || IsKeyword(word, "not");

    /// <summary>A bare word of 36 characters in the form of a UUID means an identity, not a name.</summary>
    public static bool IsUuid(ReadOnlySpan<char> word, out Guid uuid)
    {
        uuid = default;
        return word.Length == 36 && Guid.TryParseExact(word, "D", out uuid);
    }

    /// <summary>Whether <paramref name="name"/> unquoted selects exactly itself. Unusual characters count as not plain.</summary>
    public static bool IsPlainName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/' or '+'))
            {
                return false;
            }
        }

        return !name.IsEmpty && !IsKeyword(name) && !IsUuid(name, out _);
    }
}
