using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Actors.FanOut.Selectors;

/// <summary>
/// Recursive descent over the grammar of <see cref="TargetSelector"/>; used once. A method that returns
/// <see langword="null"/> has recorded the error, and the first error is the one reported.
/// </summary>
internal sealed partial class SelectorParser(string text)
{
    private const string TermExpected = "a name, a prefix (l: f: h: s:), \"not\" or \"(\"";
    private const string OperatorExpected = "\"and\", \"or\", \",\" or the end";

    private int _position;
    private int _depth;
    private SelectorError? _error;

    private enum Operator
    {
        None,
        And,
        Or,
        Close,
        End,
    }

    private bool AtEnd => _position == text.Length;

    private char Current => text[_position];

    public bool TryParse([NotNullWhen(true)] out SelectorNode? root, [NotNullWhen(false)] out SelectorError? error)
    {
        root = text.Length > TargetSelector.MaxLength
            ? Fail<SelectorNode>(TargetSelector.MaxLength, "selector too long", $"at most {TargetSelector.MaxLength} characters")
            : ParseAny();
        if (root is not null && !AtEnd)
        {
            root = Fail<SelectorNode>(_position, "\")\" without \"(\"", OperatorExpected);
        }

        error = _error;
        return root is not null;
    }

    private SelectorNode? ParseAny()
    {
        List<SelectorNode> operands = [];
        do
        {
            if (ParseAll() is not { } operand)
            {
                return null;
            }

            operands.Add(operand);
        }
        while (TryTake(Operator.Or));
        return operands is [var only] ? only : new AnyNode(operands);
    }

    private SelectorNode? ParseAll()
    {
        List<SelectorNode> operands = [];
        do
        {
            if (ParseUnary() is not { } operand)
            {
                return null;
            }

            operands.Add(operand);
        }
        while (TryTake(Operator.And));
        if (Peek(out _) == Operator.None)
        {
            return Fail<SelectorNode>(_position, "two terms without an operator between them", OperatorExpected);
        }

        return operands is [var only] ? only : new AllNode([.. operands]);
    }

    private SelectorNode? ParseUnary()
    {
        SkipWhitespace();
        if (AtEnd)
        {
            return Fail<SelectorNode>(_position, _position == 0 ? "empty selector" : "the selector ends too early", TermExpected);
        }

        var word = PeekWord();
        if (Current is '!' || IsBareKeyword(word, "not"))
        {
            return Negate(operatorLength: Math.Max(1, word.Length));
        }

        return Current is '(' ? ParseGroup() : ParseTerm(word);
    }

    private NotNode? Negate(int operatorLength)
    {
        if (!TryDescend())
        {
            return null;
        }

        _position += operatorLength;
        var operand = ParseUnary();
        _depth--;
        return operand is null ? null : new NotNode(operand);
    }

    private SelectorNode? ParseGroup()
    {
        var open = _position;
        if (!TryDescend())
        {
            return null;
        }

        _position++;
        var inner = ParseAny();
        _depth--;
        if (inner is null || TryTake(Operator.Close))
        {
            return inner;
        }

        return Fail<SelectorNode>(_position, $"the \"(\" at offset {open} is not closed", "\")\", \"and\", \"or\" or \",\"");
    }

    private bool TryDescend()
    {
        if (++_depth <= TargetSelector.MaxDepth)
        {
            return true;
        }

        Fail<SelectorNode>(_position, "nested too deeply", $"at most {TargetSelector.MaxDepth} levels of \"(\" and \"not\"");
        return false;
    }

    private bool TryTake(Operator wanted)
    {
        if (Peek(out var length) != wanted)
        {
            return false;
        }

        _position += length;
        return true;
    }

    private Operator Peek(out int length)
    {
        SkipWhitespace();
        length = 1;
        if (AtEnd)
        {
            return Operator.End;
        }

        var word = PeekWord();
        length = Math.Max(1, word.Length);
        return Current switch
        {
            '&' => Operator.And,
            '|' or ',' => Operator.Or,
            ')' => Operator.Close,
            _ when IsBareKeyword(word, "and") => Operator.And,
            _ when IsBareKeyword(word, "or") => Operator.Or,
            _ => Operator.None,
        };
    }

    private T? Fail<T>(int position, string problem, string expected)
        where T : class
    {
        _error ??= SelectorError.At(text, position, problem, expected);
        return null;
    }
}
