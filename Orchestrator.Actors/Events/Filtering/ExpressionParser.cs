using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>
/// Recursive descent over the grammar of <see cref="EventExpression"/>; used once. A method that returns <see langword="null"/> has recorded the error,
/// and the first error is the one reported.
/// </summary>
internal sealed class ExpressionParser(string text)
{
    private const string Condition = "a condition such as type = 'TEXT', NOT, EXISTS or \"(\"";
    private const string Value = "a value: an attribute, data.NAME, 'TEXT', a number, TRUE or FALSE";
    private const string Literal = "'TEXT', a number, TRUE or FALSE";
    private static readonly string[] Comparisons = ["=", "!=", "<>", "<", "<=", ">", ">="];

    private readonly ExpressionLexer _next = new(text.Length > EventExpression.MaxLength ? "" : text);
    private ExpressionError? _error;
    private int _depth;

    public bool TryParse([NotNullWhen(true)] out ExpressionNode? root, [NotNullWhen(false)] out ExpressionError? error)
    {
        root = text.Length > EventExpression.MaxLength
            ? Fail<ExpressionNode>(EventExpression.MaxLength, "too long", $"at most {EventExpression.MaxLength} characters")
            : ParseJoined(ExpressionJoin.Xor);
        if (root is not null && _next.Kind != ExpressionToken.End)
            root = Fail<ExpressionNode>("AND, OR, XOR or the end");
        error = _error;
        return root is not null;
    }

    private ExpressionNode? ParseJoined(ExpressionJoin join)
    {
        var parts = new List<ExpressionNode>();
        do
        {
            if ((join == ExpressionJoin.And ? ParseUnary() : ParseJoined(join + 1)) is not { } part)
                return null;
            parts.Add(part);
        }
        while (TakeKeyword(join.ToString()));
        return parts.Count == 1 ? parts[0] : new JoinNode(join, parts);
    }

    private ExpressionNode? ParseUnary()
    {
        if (_next.IsKeyword("NOT"))
            return Nested(() => ParseUnary() is { } inner ? new NotNode(inner) : null);
        if (_next.IsSymbol("("))
            return Nested(ParseGroup);
        return TakeKeyword("EXISTS") ? ParseExists() : ParseCondition();
    }

    /// <summary>Goes over the token that opens another level.</summary>
    private ExpressionNode? Nested(Func<ExpressionNode?> parse)
    {
        if (++_depth > EventExpression.MaxDepth)
            return Fail<ExpressionNode>(_next.Start, "nested too deeply", $"at most {EventExpression.MaxDepth} levels of \"(\" and NOT");
        _next.Advance();
        var inner = parse();
        _depth--;
        return inner;
    }

    private ExpressionNode? ParseGroup()
    {
        var inner = ParseJoined(ExpressionJoin.Xor);
        return inner is null || TakeSymbol(")") ? inner : Fail<ExpressionNode>("AND, OR, XOR or \")\"");
    }

    private ExistsNode? ParseExists()
    {
        if (_next.Kind != ExpressionToken.Word || IsTruth())
            return Fail<ExistsNode>("an attribute or data.NAME");
        return ParsePath() is { } path ? new ExistsNode(path) : null;
    }

    private ExpressionNode? ParseCondition()
    {
        if (ParseOperand(Condition) is not { } operand)
            return null;
        if (_next.Kind == ExpressionToken.Symbol && Comparisons.Contains(_next.Value))
            return ParseComparison(operand);
        var isNegated = TakeKeyword("NOT");
        if (TakeKeyword("LIKE"))
            return ParseLike(operand, isNegated);
        if (TakeKeyword("IN"))
            return ParseIn(operand, isNegated);
        var isTruth = operand is DataOperand or LiteralOperand { Value.Kind: ExpressionKind.Boolean };
        return isTruth && !isNegated ? new TruthNode(operand) : Fail<ExpressionNode>(isNegated ? "LIKE or IN" : "a comparison (= != < <= > >=), LIKE or IN");
    }

    private ComparisonNode? ParseComparison(ExpressionOperand left)
    {
        var comparison = _next.Value == "<>" ? "!=" : _next.Value;
        _next.Advance();
        var start = _next.Start;
        if (ParseOperand(Value) is not { } right)
            return null;
        var (first, second) = (AsPeerOf(right, left), AsPeerOf(left, right));
        return first is null || second is null ? Fail<ComparisonNode>(start, "no time is compared with time", "a time such as '2026-01-01T00:00:00Z'") : new ComparisonNode(first, comparison, second);
    }

    private LikeNode? ParseLike(ExpressionOperand operand, bool isNegated)
    {
        if (_next.Kind != ExpressionToken.Text || _next.Value.Length > LikePattern.MaxLength)
            return Fail<LikeNode>($"'PATTERN' of at most {LikePattern.MaxLength} characters, with % and _");
        var pattern = new LikePattern(_next.Value);
        _next.Advance();
        return new LikeNode(operand, pattern, isNegated);
    }

    private InNode? ParseIn(ExpressionOperand operand, bool isNegated)
    {
        if (!TakeSymbol("("))
            return Fail<InNode>("\"(\" and values");
        var set = new List<ExpressionOperand>();
        do
        {
            var start = _next.Start;
            if (_next.Kind is not (ExpressionToken.Text or ExpressionToken.Number) && !IsTruth())
                return Fail<InNode>(Literal);
            if (ParseOperand(Literal) is not { } literal)
                return null;
            if (AsPeerOf(operand, literal) is not { } value)
                return Fail<InNode>(start, "no time is compared with time", "a time such as '2026-01-01T00:00:00Z'");
            set.Add(value);
        }
        while (TakeSymbol(","));
        return TakeSymbol(")") ? new InNode(operand, set, isNegated) : Fail<InNode>("\",\" or \")\"");
    }

    /// <summary>A literal that is compared with <c>time</c> has to be a time; <see langword="null"/> if it is none.</summary>
    private static ExpressionOperand? AsPeerOf(ExpressionOperand other, ExpressionOperand operand)
    {
        if (other is not AttributeOperand { IsTime: true } || operand is not LiteralOperand literal)
            return operand;
        var value = literal.Value.As(ExpressionKind.Time);
        return value.Kind == ExpressionKind.Time ? new LiteralOperand(value) : null;
    }

    private ExpressionOperand? ParseOperand(string expected)
    {
        ExpressionValue? literal = _next.Kind switch
        {
            ExpressionToken.Text => ExpressionValue.Of(_next.Value),
            ExpressionToken.Number => ExpressionValue.Of(_next.Number),
            ExpressionToken.Word when IsTruth() => ExpressionValue.Of(_next.IsKeyword("TRUE")),
            _ => null,
        };
        if (literal is not { } value)
            return _next.Kind == ExpressionToken.Word ? ParsePath() : Fail<ExpressionOperand>(expected);
        _next.Advance();
        return new LiteralOperand(value);
    }

    private ExpressionOperand? ParsePath()
    {
        if (_next.Value == "data")
            return ParseData();
        if (AttributeOperand.Find(_next.Value) is not { } attribute)
            return Fail<ExpressionOperand>(_next.Start, "no attribute has this name", $"{AttributeOperand.Names} or data.NAME");
        _next.Advance();
        return attribute;
    }

    private DataOperand? ParseData()
    {
        var steps = new List<DataStep>();
        _next.Advance();
        while (_next.IsSymbol(".") || _next.IsSymbol("["))
        {
            var isItem = _next.IsSymbol("[");
            _next.Advance();
            if (StepOf(isItem) is not { } step)
                return Fail<DataOperand>(isItem ? "an index from 0 up, or a name in quotes" : "a name; others than letters, digits, _ and - are written ['NAME']");
            _next.Advance();
            if (isItem && !TakeSymbol("]"))
                return Fail<DataOperand>("\"]\"");
            steps.Add(step);
        }
        return new DataOperand(steps);
    }

    private DataStep? StepOf(bool isItem) => (isItem, _next.Kind) switch
    {
        (false, ExpressionToken.Word) or (true, ExpressionToken.Text) => new DataStep(_next.Value),
        (true, ExpressionToken.Number) when _next.Number is >= 0 and <= int.MaxValue && decimal.IsInteger(_next.Number) => new DataStep(null, (int)_next.Number),
        _ => null,
    };

    private bool IsTruth() => _next.IsKeyword("TRUE") || _next.IsKeyword("FALSE");

    private bool TakeKeyword(string keyword)
    {
        if (!_next.IsKeyword(keyword))
            return false;
        _next.Advance();
        return true;
    }

    private bool TakeSymbol(string symbol)
    {
        if (!_next.IsSymbol(symbol))
            return false;
        _next.Advance();
        return true;
    }

    private T? Fail<T>(string expected)
        where T : class => Fail<T>(_next.Start, _next.Kind switch
        {
            ExpressionToken.Wrong => _next.Value,
            ExpressionToken.End => "the filter ends too early",
            _ => "this cannot stand here",
        }, expected);

    private T? Fail<T>(int position, string problem, string expected)
        where T : class
    {
        _error ??= ExpressionError.At(text, position, problem, expected);
        return null;
    }
}
