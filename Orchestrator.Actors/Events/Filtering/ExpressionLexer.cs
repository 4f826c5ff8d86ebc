using System.Globalization;
using System.Text;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>What a token of an expression is.</summary>
internal enum ExpressionToken
{
    /// <summary>The text's end.</summary>
    End,

    /// <summary>A keyword, an attribute, a name.</summary>
    Word,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An operator or a bracket.</summary>
    Symbol,

    /// <summary>None of these.</summary>
    Wrong,
}

/// <summary>Cuts the text of an expression into tokens, one ahead.</summary>
internal sealed class ExpressionLexer
{
    private const string Symbols = "()[],.=<>!";
    private readonly string _text;
    private int _end;

    public ExpressionLexer(string text)
    {
        _text = text;
        Advance();
    }

    public ExpressionToken Kind { get; private set; }

    /// <summary>Offset of the token.</summary>
    public int Start { get; private set; }

    /// <summary>The token as it is meant: without quotes and escapes; of what is wrong, why.</summary>
    public string Value { get; private set; } = "";

    public decimal Number { get; private set; }

    /// <summary>Whether a text is one word, as the names of QAPI are.</summary>
    public static bool IsWord(string text) => text.Length > 0 && IsFirst(text[0]) && text.All(IsNext);

    public bool IsKeyword(string keyword) => Kind == ExpressionToken.Word && Value.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == ExpressionToken.Symbol && Value == symbol;

    /// <summary>Goes to the next token.</summary>
    public void Advance()
    {
        Start = _end;
        while (Start < _text.Length && char.IsWhiteSpace(_text[Start]))
            Start++;
        if (Start == _text.Length)
            Take(ExpressionToken.End, 0);
        else if (IsFirst(_text[Start]))
            Take(ExpressionToken.Word, LengthOf(Start, IsNext));
        else if (_text[Start] is '\'' or '"')
            TakeText(_text[Start]);
        else if (char.IsAsciiDigit(_text[Start]) || (_text[Start] == '-' && Start + 1 < _text.Length && char.IsAsciiDigit(_text[Start + 1])))
            TakeNumber();
        else
            TakeSymbol();
    }

    private static bool IsFirst(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsNext(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    private void Take(ExpressionToken kind, int length)
    {
        (Kind, Value) = (kind, _text.Substring(Start, length));
        _end = Start + length;
    }

    private void Reject(string problem)
    {
        (Kind, Value) = (ExpressionToken.Wrong, problem);
        _end = _text.Length;
    }

    private int LengthOf(int start, Func<char, bool> belongs)
    {
        var end = start;
        while (end < _text.Length && belongs(_text[end]))
            end++;
        return end - start;
    }

    private void TakeNumber()
    {
        var length = 1 + LengthOf(Start + 1, char.IsAsciiDigit);
        if (Start + length + 1 < _text.Length && _text[Start + length] == '.' && char.IsAsciiDigit(_text[Start + length + 1]))
            length += 1 + LengthOf(Start + length + 1, char.IsAsciiDigit);
        Take(ExpressionToken.Number, length);
        if (decimal.TryParse(Value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            Number = number;
        else
            Reject("a number of more than 28 digits");
    }

    private void TakeSymbol()
    {
        var two = _text.AsSpan(Start, Math.Min(2, _text.Length - Start));
        if (two is "!=" or "<>" or "<=" or ">=")
            Take(ExpressionToken.Symbol, 2);
        else if (Symbols.Contains(_text[Start], StringComparison.Ordinal))
            Take(ExpressionToken.Symbol, 1);
        else
            Reject("a character that means nothing here");
    }

    /// <summary>A quote inside is doubled, or stands behind a backslash; two backslashes are one; any other backslash is itself.</summary>
    private void TakeText(char quote)
    {
        var value = new StringBuilder();
        for (var at = Start + 1; at < _text.Length; at++)
        {
            var (c, next) = (_text[at], at + 1 < _text.Length ? _text[at + 1] : '\0');
            if (c == quote && next != quote)
            {
                (Kind, Value, _end) = (ExpressionToken.Text, value.ToString(), at + 1);
                return;
            }
            if (c == quote || (c == '\\' && (next == quote || next == '\\')))
                c = _text[++at];
            value.Append(c);
        }
        Reject("a text that does not end");
    }
}
