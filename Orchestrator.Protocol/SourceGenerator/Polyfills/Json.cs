namespace System.Text.Json;

// What the model of a schema uses of System.Text.Json, which compilers do not bring along.
internal enum JsonTokenType
{
    StartObject,
    StartArray,
    String,
    Number,
    True,
    False,
    Null,
}

internal readonly struct JsonEncodedText
{
    private readonly byte[] _utf8;

    private JsonEncodedText(string text) => _utf8 = Encoding.UTF8.GetBytes(text);

    public ReadOnlySpan<byte> EncodedUtf8Bytes => _utf8;

    public static JsonEncodedText Encode(string text) => new(text);
}
