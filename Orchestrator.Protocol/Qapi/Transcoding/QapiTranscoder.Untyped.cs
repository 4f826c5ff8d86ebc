using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

internal ref partial struct QapiTranscoder
{
    /// <summary>A value of no known type: kept (<paramref name="write"/>) or dropped, but checked either way.</summary>
    private bool AnyValue(bool write)
    {
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return AnyObject(write);
            case JsonTokenType.StartArray:
                return AnyArray(write);
            case JsonTokenType.String:
                return Text(write);
            case JsonTokenType.Number:
                return Number(write);
            case JsonTokenType.Null:
                if (write)
                    _writer.WriteNullValue();
                return true;
            default:
                if (write)
                    _writer.WriteBooleanValue(_reader.TokenType == JsonTokenType.True);
                return true;
        }
    }

    private bool AnyObject(bool write)
    {
        if (!Enter())
            return false;
        HashSet<string>? names = null;
        if (write)
            _writer.WriteStartObject();
        while (true)
        {
            if (!Advance())
                return false;
            if (_reader.TokenType == JsonTokenType.EndObject)
                break;
            if (!TryGetString(out var name))
                return Within(".(unknown member)");
            names ??= new HashSet<string>(StringComparer.Ordinal);
            if (!names.Add(name))
                return Fail("each name once", "the name again") || Within(".(unknown member)");
            if (write)
                _writer.WritePropertyName(name);
            if (!Advance() || !AnyValue(write))
                return Within(".(unknown member)");
        }
        if (write)
            _writer.WriteEndObject();
        return Leave();
    }

    private bool AnyArray(bool write)
    {
        if (!Enter())
            return false;
        if (write)
            _writer.WriteStartArray();
        for (var index = 0; ; index++)
        {
            if (!Advance())
                return false;
            if (_reader.TokenType == JsonTokenType.EndArray)
                break;
            if (index >= _limits.MaxArrayItems)
                return Fail($"at most {_limits.MaxArrayItems} elements", "more");
            if (!AnyValue(write))
                return Within($"[{index}]");
        }
        if (write)
            _writer.WriteEndArray();
        return Leave();
    }
}
