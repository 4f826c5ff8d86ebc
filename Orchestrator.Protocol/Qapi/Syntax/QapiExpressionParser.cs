namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>A top-level expression and the documentation block directly in front of it.</summary>
internal sealed record QapiExpression(QapiObjectNode Body, QapiDocumentationBlock? Documentation);

/// <summary>Reads the expressions of one file; knows the brackets, not what the keys mean.</summary>
internal sealed class QapiExpressionParser
{
    /// <summary>Nesting of one expression; QEMU's own schemas reach 6.</summary>
    private const int MaxNesting = 32;

    private readonly QapiLexer _lexer;
    private QapiToken _token;

    private QapiExpressionParser(QapiLexer lexer)
    {
        _lexer = lexer;
        _token = lexer.Next();
    }

    public static List<QapiExpression> Parse(string file, string text) => new QapiExpressionParser(new QapiLexer(file, text)).ParseFile();

    private List<QapiExpression> ParseFile()
    {
        var expressions = new List<QapiExpression>();
        QapiDocumentationBlock? documentation = null;
        while (_token.Kind != QapiTokenKind.End)
        {
            if (_token.Kind == QapiTokenKind.Documentation)
            {
                documentation?.RejectOrphan();
                documentation = QapiDocumentationBlock.Parse(_token);
                _token = _lexer.Next();
                continue;
            }
            if (_token.Kind != QapiTokenKind.BeginObject)
                throw Unexpected("'{' to start a definition");
            expressions.Add(new QapiExpression(ParseObject(1), documentation));
            documentation = null;
        }
        documentation?.RejectOrphan();
        return expressions;
    }

    private QapiNode ParseValue(int nesting)
    {
        if (nesting > MaxNesting)
            throw Unexpected($"at most {MaxNesting} levels of nesting");
        var token = _token;
        switch (token.Kind)
        {
            case QapiTokenKind.BeginObject:
                return ParseObject(nesting);
            case QapiTokenKind.BeginArray:
                return ParseArray(nesting);
            case QapiTokenKind.String:
                _token = _lexer.Next();
                return new QapiStringNode(token.Position, token.Text);
            case QapiTokenKind.True or QapiTokenKind.False:
                _token = _lexer.Next();
                return new QapiBooleanNode(token.Position, token.Kind == QapiTokenKind.True);
            default:
                throw Unexpected("'{', '[', a string or a boolean");
        }
    }

    private QapiObjectNode ParseObject(int nesting)
    {
        var start = Expect(QapiTokenKind.BeginObject, "'{'").Position;
        var properties = new List<QapiProperty>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (_token.Kind != QapiTokenKind.EndObject)
        {
            properties.Add(ParseProperty(nesting, names));
            while (TakeComma("',' or '}'", QapiTokenKind.EndObject))
                properties.Add(ParseProperty(nesting, names));
        }
        Expect(QapiTokenKind.EndObject, "'}'");
        return new QapiObjectNode(start, properties);
    }

    private QapiProperty ParseProperty(int nesting, HashSet<string> before)
    {
        var name = Expect(QapiTokenKind.String, "a key in single quotes");
        if (!before.Add(name.Text))
            throw new QapiSchemaException(name.Position, "each key once", $"'{name.Text}' again");
        Expect(QapiTokenKind.Colon, "':' after the key");
        return new QapiProperty(name.Text, name.Position, ParseValue(nesting + 1));
    }

    private QapiArrayNode ParseArray(int nesting)
    {
        var start = Expect(QapiTokenKind.BeginArray, "'['").Position;
        var items = new List<QapiNode>();
        if (_token.Kind != QapiTokenKind.EndArray)
        {
            items.Add(ParseValue(nesting + 1));
            while (TakeComma("',' or ']'", QapiTokenKind.EndArray))
                items.Add(ParseValue(nesting + 1));
        }
        Expect(QapiTokenKind.EndArray, "']'");
        return new QapiArrayNode(start, items);
    }

    private bool TakeComma(string expected, QapiTokenKind closing)
    {
        if (_token.Kind == closing)
            return false;
        Expect(QapiTokenKind.Comma, expected);
        return true;
    }

    private QapiToken Expect(QapiTokenKind kind, string expected)
    {
        if (_token.Kind != kind)
            throw Unexpected(expected);
        var token = _token;
        _token = _lexer.Next();
        return token;
    }

    private QapiSchemaException Unexpected(string expected) => new(_token.Position, expected, _token.Description);
}
