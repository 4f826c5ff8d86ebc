using System.Globalization;

namespace Orchestrator.Actors.FanOut.Selectors;

internal sealed partial class SelectorParser
{
    private const string BoundExpected = "a number from 0 to 1000000000, such as in [01-20] or [1-3,7]";

    /// <summary>A glob with ranges, up to whitespace or a symbol. Only names refuse <c>:</c> and <c>=</c>, which look like a forgotten prefix.</summary>
    private TextPattern? ReadPattern(bool isName)
    {
        List<PatternSegment> segments = [];
        var literal = _position;
        for (; !AtEnd && !SelectorSyntax.IsDelimiter(Current); literal = _position)
        {
            while (!AtEnd && !IsSpecial(Current))
            {
                _position++;
            }

            if (_position > literal)
            {
                segments.Add(new LiteralSegment(text[literal.._position]));
                continue;
            }

            if (ReadSpecial() is not { } segment)
            {
                return null;
            }

            if (segment is not StarSegment || segments is not [.., StarSegment])
            {
                segments.Add(segment);
            }
        }

        return TextPattern.Compile(segments);

        bool IsSpecial(char c) => c is '*' or '?' or '[' or ']' || (isName && c is ':' or '=') || SelectorSyntax.IsDelimiter(c);
    }

    private PatternSegment? ReadSpecial()
    {
        switch (text[_position++])
        {
            case '*':
                return StarSegment.Instance;
            case '?':
                return AnyCharSegment.Instance;
            case '[':
                return ReadNumbers() is { } numbers ? new NumberSegment(numbers) : null;
            case ']':
                return Fail<PatternSegment>(_position - 1, "\"]\" without \"[\"", "a name; one with brackets is quoted");
            default:
                return Fail<PatternSegment>(_position - 1, $"\"{text[_position - 1]}\" in a name", "l:key=value for a label, f:key=value for a fact, or the name in quotes");
        }
    }

    /// <summary>The inside of brackets and the closing one.</summary>
    private NumberSet? ReadNumbers()
    {
        var numbers = new NumberSet.Builder();
        while (TryReadRange(numbers))
        {
            SkipWhitespace();
            var next = AtEnd ? '\0' : Current;
            if (next is not (',' or ']'))
            {
                return Fail<NumberSet>(_position, "range not finished", "\"-\", \",\" or \"]\"");
            }

            _position++;
            if (next == ']')
            {
                return numbers.Build();
            }
        }

        return null;
    }

    private bool TryReadRange(NumberSet.Builder numbers)
    {
        if (!TryReadBound(out var start, out var first, out var width))
        {
            return false;
        }

        var (last, lastWidth) = (first, width);
        SkipWhitespace();
        if (!AtEnd && Current == '-')
        {
            _position++;
            if (!TryReadBound(out start, out last, out lastWidth))
            {
                return false;
            }
        }

        if (last < first)
        {
            Fail<NumberSet>(start, "the range runs backwards", $"a number from {first}");
            return false;
        }

        if (lastWidth < width || (lastWidth > width && text[start] == '0'))
        {
            Fail<NumberSet>(start, "the ends of the range are padded differently", $"{last.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0')}");
            return false;
        }

        numbers.Add(width, first, last);
        return true;
    }

    private bool TryReadBound(out int start, out long value, out int width)
    {
        SkipWhitespace();
        start = _position;
        value = 0;
        for (; !AtEnd && char.IsAsciiDigit(Current) && value <= TargetSelector.MaxRangeValue; _position++)
        {
            value = value * 10 + (Current - '0');
        }

        width = _position - start;
        if (width == 0 || width > TargetSelector.MaxRangeDigits || value > TargetSelector.MaxRangeValue)
        {
            Fail<NumberSet>(start, width == 0 ? "no number in a range" : "number too large or padded too far", BoundExpected);
            return false;
        }

        return true;
    }
}
