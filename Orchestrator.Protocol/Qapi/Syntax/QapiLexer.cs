using System.Text;

namespace Orchestrator.Protocol.Qapi.Syntax;

/// <summary>
/// Splits a schema file into tokens. The language is JSON with single quotes, <c>#</c> comments and neither numbers nor null
/// (https://www.qemu.org/docs/master/devel/qapi-code-gen.html#schema-syntax).
/// </summary>
internal sealed class QapiLexer(string file, string text)
{
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private bool AtEnd => _at >= text.Length;

    private QapiPosition Here => new(file, _line, _at - _lineStart + 1);

    public QapiToken Next()
    {
        while (!AtEnd)
        {
            if (char.IsWhiteSpace(text[_at]))
                SkipWhiteSpace();
            else if (text[_at] != '#')
                return NextSignificant();
            else if (IsAt("##"))
                return ReadDocumentation();
            else
                _at = EndOfLine();
        }
        return new QapiToken(QapiTokenKind.End, "", Here);
    }

    private QapiToken NextSignificant() => text[_at] switch
    {
        '{' => Take(QapiTokenKind.BeginObject, 1),
        '}' => Take(QapiTokenKind.EndObject, 1),
        '[' => Take(QapiTokenKind.BeginArray, 1),
        ']' => Take(QapiTokenKind.EndArray, 1),
        ':' => Take(QapiTokenKind.Colon, 1),
        ',' => Take(QapiTokenKind.Comma, 1),
        '\'' => ReadString(),
        _ when IsAt("true") => Take(QapiTokenKind.True, 4),
        _ when IsAt("false") => Take(QapiTokenKind.False, 5),
        var other => throw new QapiSchemaException(Here, "one of { } [ ] : , 'string' true false", $"'{other}'"),
    };

    private QapiToken ReadString()
    {
        var start = Here;
        var value = new StringBuilder();
        for (_at++; !AtEnd && text[_at] != '\n'; _at++)
        {
            switch (text[_at])
            {
                case '\'':
                    _at++;
                    return new QapiToken(QapiTokenKind.String, value.ToString(), start);
                // The backslash itself is the only escape the language knows.
                case '\\' when !IsAt("\\\\"):
                    throw new QapiSchemaException(Here, "the escape \\\\", "another escape");
                case '\\':
                    _at++;
                    break;
                case < ' ' or > '~':
                    throw new QapiSchemaException(Here, "printable ASCII in a string", $"U+{(int)text[_at]:X4}");
            }
            value.Append(text[_at]);
        }
        throw new QapiSchemaException(start, "a closing ' on the same line", "an unterminated string");
    }

    private QapiToken ReadDocumentation()
    {
        var start = Here;
        RequireBareMarker();
        var lines = new StringBuilder();
        while (true)
        {
            SkipWhiteSpace();
            if (AtEnd || text[_at] != '#')
                throw new QapiSchemaException(Here, "a comment line or the closing '##' of the documentation block", AtEnd ? "the end of the file" : "a definition");
            if (IsAt("##"))
            {
                RequireBareMarker();
                return new QapiToken(QapiTokenKind.Documentation, lines.ToString(), start);
            }
            var end = EndOfLine();
            lines.Append(text, _at + 1, end - _at - 1).Append('\n');
            _at = end;
        }
    }

    private void RequireBareMarker()
    {
        var end = EndOfLine();
        if (text.AsSpan(_at, end - _at).TrimEnd().Length != 2)
            throw new QapiSchemaException(Here, "'##' alone on its line", "text after it");
        _at = end;
    }

    private QapiToken Take(QapiTokenKind kind, int length)
    {
        var token = new QapiToken(kind, "", Here);
        _at += length;
        return token;
    }

    private void SkipWhiteSpace()
    {
        for (; !AtEnd && char.IsWhiteSpace(text[_at]); _at++)
        {
            if (text[_at] != '\n')
                continue;
            _line++;
            _lineStart = _at + 1;
        }
    }

    private int EndOfLine()
    {
        var end = text.IndexOf('\n', _at);
        return end < 0 ? text.Length : end;
    }

    private bool IsAt(string expected) => string.CompareOrdinal(text, _at, expected, 0, expected.Length) == 0;
}
