using System.Text.Json;

namespace Orchestrator.Protocol.Client;

/// <summary>
/// Reads JSON for generated types. Every method stands on the first token of its value and leaves the reader on the last. A copy of the
/// reader reads the same value again.
/// </summary>
public ref struct QapiReader
{
    /// <summary>Nesting that is followed; a reply that comes through a session has at most 128 levels.</summary>
    private const int MaxDepth = 256;

    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _json;

    /// <param name="json">A whole text; the reader stands on its first token.</param>
    /// <exception cref="JsonException">It does not begin like JSON.</exception>
    internal QapiReader(ReadOnlySpan<byte> json)
    {
        _text = json;
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        _json.Read();
    }

    /// <summary>Form of the value.</summary>
    public readonly JsonTokenType Form => _json.TokenType;

    /// <summary>Enters an object.</summary>
    public readonly void ReadStartObject() => Require(JsonTokenType.StartObject, "an object");

    /// <summary>To the next name; <see langword="false"/> at the end of the object.</summary>
    public bool ReadMember()
    {
        _json.Read();
        return _json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Whether the name is this one; then the reader goes on to the value.</summary>
    public bool IsMember(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name) && _json.Read();

    /// <summary>To the end of the value, or of the value behind the name.</summary>
    public void Skip() => _json.Skip();

    /// <summary>A string.</summary>
    public readonly string ReadString()
    {
        Require(JsonTokenType.String, "a string");
        return _json.GetString()!;
    }

    /// <summary>A string of base64.</summary>
    public readonly ReadOnlyMemory<byte> ReadBytes()
    {
        Require(JsonTokenType.String, "a string of base64");
        return _json.TryGetBytesFromBase64(out var bytes) ? bytes : throw Unexpected("a string of base64");
    }

    /// <summary>A boolean.</summary>
    public readonly bool ReadBoolean() => _json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Unexpected("true or false"),
    };

    /// <summary>An integer of at most 64 bits with sign.</summary>
    public readonly long ReadInt64(long minimum = long.MinValue, long maximum = long.MaxValue) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out var value) && value >= minimum && value <= maximum
            ? value
            : throw Unexpected($"an integer from {minimum} to {maximum}");

    /// <summary>An integer of at most 64 bits without sign.</summary>
    public readonly ulong ReadUInt64(ulong maximum = ulong.MaxValue) =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetUInt64(out var value) && value <= maximum
            ? value
            : throw Unexpected($"an integer from 0 to {maximum}");

    /// <summary>A finite number.</summary>
    public readonly double ReadDouble() =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Unexpected("a finite number");

    /// <summary>Null.</summary>
    public readonly QapiNull ReadNull()
    {
        Require(JsonTokenType.Null, "null");
        return default;
    }

    /// <summary>Any value, as it is.</summary>
    public JsonElement ReadAny() => JsonElement.ParseValue(ref _json);

    /// <summary>An array.</summary>
    public IReadOnlyList<T> ReadList<T>(QapiRead<T> readElement)
    {
        ArgumentNullException.ThrowIfNull(readElement);
        Require(JsonTokenType.StartArray, "an array");
        var list = new List<T>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
            list.Add(readElement(ref this));
        return list;
    }

    /// <summary>For a value that does not fit.</summary>
    public readonly QapiReadException Unexpected(string expected) =>
        new(QapiReaderPath.To(_text, _json.TokenStartIndex), $"expected {expected}");

    /// <summary>For a mandatory member that is not in the object that was read.</summary>
    public readonly QapiReadException Missing(string name) =>
        new($"{QapiReaderPath.To(_text, _json.TokenStartIndex)}.{name}", "expected a value, which is mandatory");

    /// <summary>Requires that the text ends here.</summary>
    internal void End()
    {
        if (_json.Read())
            throw Unexpected("the end of the text");
    }

    private readonly void Require(JsonTokenType form, string expected)
    {
        if (_json.TokenType != form)
            throw Unexpected(expected);
    }
}
