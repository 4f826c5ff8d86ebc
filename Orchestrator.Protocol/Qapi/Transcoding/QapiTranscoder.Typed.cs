using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

internal ref partial struct QapiTranscoder
{
    private bool Value(QapiType type, bool isBase64) => type switch
    {
        QapiBuiltinType builtin => Builtin(builtin, isBase64),
        QapiEnumType @enum => EnumValue(@enum),
        QapiArrayType array => Array(array),
        QapiObjectType @object => _reader.TokenType == JsonTokenType.StartObject ? Object(@object, allowOthers: false) : FailType("an object"),
        QapiAlternateType alternate => Alternate(alternate),
        _ => throw new InvalidOperationException($"No decoding for {type.GetType().Name}."),
    };

    private bool Builtin(QapiBuiltinType type, bool isBase64)
    {
        if (!type.Accepts(_reader.TokenType))
            return FailType(QapiTypeText.Of(type));
        switch (type.Kind)
        {
            case QapiBuiltinKind.String:
                return isBase64 ? Base64() : Text(write: true);
            case QapiBuiltinKind.Integer:
                return Integer(type);
            case QapiBuiltinKind.Number:
                return Number(write: true);
            case QapiBuiltinKind.Boolean:
                _writer.WriteBooleanValue(_reader.TokenType == JsonTokenType.True);
                return true;
            case QapiBuiltinKind.Null:
                _writer.WriteNullValue();
                return true;
            default:
                return AnyValue(write: true);
        }
    }

    private bool EnumValue(QapiEnumType type)
    {
        if (_reader.TokenType != JsonTokenType.String)
            return FailType(QapiTypeText.Of(type));
        if (_strictness == QapiStrictness.Received)
            return Text(write: true);
        if (!TryGetString(out var value))
            return false;
        if (!type.Contains(value))
            return Fail(QapiTypeText.Of(type), "another value", NearestName.Suggestion(value, type.Values.Select(known => known.Name)));
        _writer.WriteStringValue(value);
        return true;
    }

    private bool Array(QapiArrayType type)
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
            return FailType(QapiTypeText.Of(type));
        if (!Enter())
            return false;
        _writer.WriteStartArray();
        for (var index = 0; ; index++)
        {
            if (!Advance())
                return false;
            if (_reader.TokenType == JsonTokenType.EndArray)
                break;
            if (index >= _limits.MaxArrayItems)
                return Fail($"at most {_limits.MaxArrayItems} elements", "more");
            if (!Value(type.Element, isBase64: false))
                return Within($"[{index}]");
        }
        _writer.WriteEndArray();
        return Leave();
    }

    private bool Alternate(QapiAlternateType type) =>
        type.Select(_reader.TokenType) is { } branch ? Value(branch, isBase64: false) : FailType(QapiTypeText.Of(type));
}
