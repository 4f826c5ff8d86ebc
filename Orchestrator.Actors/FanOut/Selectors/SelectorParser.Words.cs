using System.Text;

namespace Orchestrator.Actors.FanOut.Selectors;

internal sealed partial class SelectorParser
{
    private enum Comparison
    {
        None,
        Equal,
        NotEqual,
    }

    private void SkipWhitespace()
    {
        while (!AtEnd && char.IsWhiteSpace(Current))
        {
            _position++;
        }
    }

    /// <summary>The word from here to whatever gives it its meaning; empty on a symbol or at the end.</summary>
    private ReadOnlySpan<char> PeekWord()
    {
        var end = _position;
        while (end < text.Length && !SelectorSyntax.EndsWord(text[end]))
        {
            end++;
        }

        return text.AsSpan(_position, end - _position);
    }

    /// <summary>A keyword is one only if the word ends with it: <c>and*</c> and <c>or[1-3]</c> are patterns.</summary>
    private bool IsBareKeyword(ReadOnlySpan<char> word, string keyword)
    {
        var end = _position + word.Length;
        return SelectorSyntax.IsKeyword(word, keyword) && (end == text.Length || SelectorSyntax.IsDelimiter(text[end]));
    }

    /// <summary>
    /// Skips to a key or value and tells whether one is there. A keyword after whitespace is taken for the operator
    /// that it looks like, so that <c>l:tier= and web*</c> is a mistake and not a tier called "and".
    /// </summary>
    private bool TrySkipToWord()
    {
        var start = _position;
        SkipWhitespace();
        if (AtEnd || (SelectorSyntax.IsDelimiter(Current) && Current is not ('\'' or '"')))
        {
            return false;
        }

        return _position == start || !SelectorSyntax.IsKeyword(PeekWord());
    }

    /// <summary>A key or a state's name: literal, quoted if it has symbols.</summary>
    private string? ReadKey(string expected)
    {
        if (!TrySkipToWord() || Current is '=')
        {
            return Fail<string>(_position, "nothing where a name should stand", expected);
        }

        if (Current is '\'' or '"')
        {
            return ReadQuoted();
        }

        var start = _position;
        for (; !AtEnd && Current != '=' && !SelectorSyntax.IsDelimiter(Current); _position++)
        {
            if (Current is '*' or '?' or '[' or ']')
            {
                return Fail<string>(_position, $"\"{Current}\" in a name that is taken literally", expected);
            }
        }

        return text[start.._position];
    }

    /// <summary><c>=</c>, <c>==</c> or <c>!=</c> if one comes next; nothing else can start with these.</summary>
    private Comparison ReadComparison()
    {
        var start = _position;
        SkipWhitespace();
        var rest = text.AsSpan(_position);
        var (comparison, length) = rest switch
        {
            ['=', '=', ..] => (Comparison.Equal, 2),
            ['=', ..] => (Comparison.Equal, 1),
            ['!', '=', ..] => (Comparison.NotEqual, 2),
            _ => (Comparison.None, 0),
        };
        _position = comparison == Comparison.None ? start : _position + length;
        return comparison;
    }

    private TextPattern? ReadValue(string expected)
    {
        if (!TrySkipToWord())
        {
            return Fail<TextPattern>(_position, "nothing where a value should stand", expected);
        }

        if (Current is '\'' or '"')
        {
            return ReadQuoted() is { } literal ? new ExactPattern(literal) : null;
        }

        return ReadPattern(isName: false);
    }

    private string? ReadQuoted()
    {
        var open = _position;
        var quote = Current;
        var literal = new StringBuilder();
        for (_position++; !AtEnd; _position++)
        {
            if (Current == quote)
            {
                _position++;
                if (AtEnd || Current != quote)
                {
                    return literal.ToString();
                }
            }

            literal.Append(Current);
        }

        return Fail<string>(_position, $"the quote at offset {open} is not closed", $"{quote}");
    }
}
