using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Qapi.Transcoding;

/// <summary>
/// One pass over a JSON text: reads tokens, checks them against a type, writes them anew. Each method stands on the first token of its value
/// and leaves the reader on the last; false means that a violation is recorded, and callers on the way back prepend their part of its path.
/// </summary>
internal ref partial struct QapiTranscoder
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = HarmlessJsonEncoder.Instance, SkipValidation = true };

    private readonly Utf8JsonWriter _writer;
    private readonly QapiLimits _limits;
    private readonly QapiStrictness _strictness;

    /// <summary>Where the violation is, innermost segment first: it is filled on the way back.</summary>
    private readonly List<string> _path = [];
    private string _expected = "";
    private string _actual = "";
    private string? _hint;
    private long _offset;
    private Utf8JsonReader _reader;
    private int _tokens;
    private int _depth;

    private QapiTranscoder(ReadOnlySpan<byte> json, Utf8JsonWriter writer, QapiStrictness strictness, QapiLimits limits)
    {
        // The reader's own limit is one deeper, so that ours is met first and named.
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = limits.MaxDepth + 1 });
        _writer = writer;
        _strictness = strictness;
        _limits = limits;
    }

    /// <param name="json">One JSON value.</param>
    /// <param name="target">What it must be.</param>
    /// <param name="strictness">Whether it comes in or goes out.</param>
    /// <param name="root">First part of a violation's path.</param>
    /// <param name="output">Receives the value.</param>
    /// <param name="limits">What the text may ask for.</param>
    /// <param name="tokens">How many tokens were read.</param>
    /// <returns>Null when <paramref name="output"/> holds the whole value.</returns>
    public static QapiViolation? Transcode(
        ReadOnlySpan<byte> json, QapiTarget target, QapiStrictness strictness, string root, IBufferWriter<byte> output, QapiLimits limits, out int tokens)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        var transcoder = new QapiTranscoder(json, writer, strictness, limits);
        var accepted = transcoder.Document(target);
        tokens = transcoder._tokens;
        if (accepted)
            return null;
        // Disposing flushes; what is still pending need not be written.
        writer.Reset();
        return transcoder.Violation(root);
    }

    private bool Document(QapiTarget target)
    {
        try
        {
            return Advance() && Root(target) && End();
        }
        catch (JsonException)
        {
            // The exception's text quotes the input, so only the place is passed on.
            _path.Clear();
            Fail("JSON", $"a syntax error near byte {_reader.BytesConsumed}");
            _offset = _reader.BytesConsumed;
            return false;
        }
    }

    private bool Root(QapiTarget target)
    {
        if (target.Type is QapiObjectType arguments && _reader.TokenType == JsonTokenType.StartObject)
            return Object(arguments, target.AllowOtherMembers);
        if (target.Type is { } type)
            return Value(type, isBase64: false);
        if (!target.DropContent)
            return AnyValue(write: true);
        if (_reader.TokenType != JsonTokenType.StartObject)
            return Fail("an object", Form);
        _writer.WriteStartObject();
        _writer.WriteEndObject();
        return AnyValue(write: false);
    }

    private bool End() => !_reader.Read() || Fail("the end of the text", "another value");

    /// <summary>To the next token. A text that ends early is a <see cref="JsonException"/>, as is every other syntax error.</summary>
    private bool Advance()
    {
        if (++_tokens > _limits.MaxTokens)
            return Fail($"at most {_limits.MaxTokens} tokens", "more");
        return _reader.Read() || Fail("a value", "nothing");
    }

    private bool Enter() => ++_depth <= _limits.MaxDepth || Fail($"at most {_limits.MaxDepth} levels of nesting", "more");

    private bool Leave()
    {
        _depth--;
        return true;
    }
}
