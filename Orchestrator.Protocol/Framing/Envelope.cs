using System.Buffers;
using System.Text.Json;

namespace Orchestrator.Protocol.Framing;

/// <summary>Which of the protocol's messages a frame is (QMP specification, section 2).</summary>
public enum EnvelopeKind
{
    /// <summary>Not JSON, or not an object with exactly one of the members that name a kind.</summary>
    Invalid,

    /// <summary>The server's greeting, <c>{"QMP": …}</c>.</summary>
    Greeting,

    /// <summary>A success reply, <c>{"return": …}</c>.</summary>
    Return,

    /// <summary>An error reply, <c>{"error": …}</c>.</summary>
    Error,

    /// <summary>An asynchronous event, <c>{"event": …}</c>.</summary>
    Event,
}

/// <summary>
/// What the read loop needs to route a message: its kind, its id and where its payload stands. Nothing is decoded here but the id:
/// payloads are parsed by whoever awaits them, against the schema they expect.
/// </summary>
public readonly record struct Envelope
{
    /// <summary>Kind of message.</summary>
    public EnvelopeKind Kind { get; private init; }

    /// <summary>The <c>id</c>, if there is one and it is an integer of 64 bits, as all of ours are.</summary>
    public long? Id { get; private init; }

    /// <summary>Offset of the payload: the value of <c>return</c>, <c>error</c>, <c>QMP</c>, or the whole event.</summary>
    public long PayloadStart { get; private init; }

    /// <summary>Length of the payload in bytes.</summary>
    public long PayloadLength { get; private init; }

    /// <summary>For <see cref="EnvelopeKind.Invalid"/>: what is wrong.</summary>
    public string? Fault { get; private init; }

    /// <summary>Where the <see cref="Fault"/> is, in bytes.</summary>
    public long FaultOffset { get; private init; }

    /// <summary>Reads the members at the top level of a frame. Never throws, whatever the bytes are.</summary>
    /// <param name="frame">A whole message.</param>
    /// <param name="maxDepth">Deepest nesting accepted.</param>
    public static Envelope Peek(in ReadOnlySequence<byte> frame, int maxDepth)
    {
        var options = new JsonReaderOptions { MaxDepth = maxDepth };
        var reader = frame.IsSingleSegment ? new Utf8JsonReader(frame.FirstSpan, options) : new Utf8JsonReader(frame, options);
        try
        {
            var envelope = PeekMembers(ref reader, frame.Length);
            return envelope.Fault is null ? envelope : envelope with { FaultOffset = reader.TokenStartIndex };
        }
        catch (JsonException)
        {
            // The exception's text quotes the input.
            return Invalid($"not JSON: a syntax error near byte {reader.BytesConsumed}, or more than {maxDepth} levels of nesting") with { FaultOffset = reader.BytesConsumed };
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader throws this for names that are not valid Unicode.
            return Invalid("a member name is not valid Unicode") with { FaultOffset = reader.TokenStartIndex };
        }
    }

    private static Envelope PeekMembers(ref Utf8JsonReader reader, long length)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return Invalid("not a JSON object");
        var envelope = new Envelope();
        var hasId = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            var kind = KindOf(ref reader);
            if ((isId && hasId) || (kind != EnvelopeKind.Invalid && envelope.Kind != EnvelopeKind.Invalid))
                return Invalid("two members that exclude each other, or one twice");
            reader.Read();
            var start = reader.TokenStartIndex;
            if (isId)
            {
                hasId = true;
                envelope = envelope with { Id = ReadId(ref reader) };
            }
            reader.Skip();
            if (kind != EnvelopeKind.Invalid)
                envelope = envelope with { Kind = kind, PayloadStart = start, PayloadLength = reader.BytesConsumed - start };
        }
        if (reader.Read())
            return Invalid("text after the object");
        return envelope.Kind switch
        {
            EnvelopeKind.Invalid => Invalid("none of the members return, error, event and QMP"),
            EnvelopeKind.Event => envelope with { PayloadStart = 0, PayloadLength = length },
            _ => envelope,
        };
    }

    private static EnvelopeKind KindOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("return"u8))
            return EnvelopeKind.Return;
        if (reader.ValueTextEquals("error"u8))
            return EnvelopeKind.Error;
        if (reader.ValueTextEquals("event"u8))
            return EnvelopeKind.Event;
        return reader.ValueTextEquals("QMP"u8) ? EnvelopeKind.Greeting : EnvelopeKind.Invalid;
    }

    private static long? ReadId(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var id) ? id : null;

    private static Envelope Invalid(string fault) => new() { Kind = EnvelopeKind.Invalid, Fault = fault };
}
