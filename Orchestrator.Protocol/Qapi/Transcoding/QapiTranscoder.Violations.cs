using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

internal ref partial struct QapiTranscoder
{
    /// <summary>The current value by its form; never its text.</summary>
    private string Form => _reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    private bool Fail(string expected, string actual, string? hint = null)
    {
        _expected = expected;
        _actual = actual;
        _hint = hint;
        _offset = _reader.TokenStartIndex;
        return false;
    }

    private bool FailType(string expected) =>
        Fail(expected, Form, _reader.TokenType == JsonTokenType.Null ? "Leave the member out instead of giving null" : null);

    /// <summary>Adds the caller's part of the path to a failure.</summary>
    private bool Within(string segment)
    {
        _path.Add(segment);
        return false;
    }

    private QapiViolation Violation(string root) =>
        new(root + string.Concat(Enumerable.Reverse(_path)), _expected, _actual) { Offset = _offset, Hint = _strictness == QapiStrictness.Sent ? _hint : null };
}
