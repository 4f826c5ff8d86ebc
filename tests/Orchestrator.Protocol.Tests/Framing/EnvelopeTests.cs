using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Tests.Framing;

public class EnvelopeTests
{
    private const int MaxDepth = 32;

    [Theory]
    [InlineData("""{"return": {"a": [1]}}""", EnvelopeKind.Return, """{"a": [1]}""", null)]
    [InlineData("""{"return": {}, "id": 7}""", EnvelopeKind.Return, "{}", 7L)]
    [InlineData("""{"id":7,"return":"text"}""", EnvelopeKind.Return, "\"text\"", 7L)]
    [InlineData("""{"return":null}""", EnvelopeKind.Return, "null", null)]
    [InlineData("""{"return": -12.5e3 , "id":1}""", EnvelopeKind.Return, "-12.5e3", 1L)]
    [InlineData("""{"return": [ ]}""", EnvelopeKind.Return, "[ ]", null)]
    [InlineData("""{"id": -1, "error": {"class": "GenericError", "desc": "d"}}""", EnvelopeKind.Error, """{"class": "GenericError", "desc": "d"}""", -1L)]
    [InlineData("""{"QMP": {"version": {}}}""", EnvelopeKind.Greeting, """{"version": {}}""", null)]
    [InlineData("""{"timestamp": {"seconds": 1}, "event": "STOP"}""", EnvelopeKind.Event, """{"timestamp": {"seconds": 1}, "event": "STOP"}""", null)]
    [InlineData("""  {"return":1}  """, EnvelopeKind.Return, "1", null)]
    [InlineData("""{"return":{"return":{},"id":9,"error":1}}""", EnvelopeKind.Return, """{"return":{},"id":9,"error":1}""", null)]
    [InlineData("""{"__org.example": [{"event":"x"}], "return": 3, "x-more": null}""", EnvelopeKind.Return, "3", null)]
    [InlineData("""{"\u0072eturn": 5, "\u0069d": 6}""", EnvelopeKind.Return, "5", 6L)]
    public void Message_is_told_by_its_members_in_any_order_and_cut(string message, EnvelopeKind kind, string payload, long? id)
    {
        var bytes = Encoding.UTF8.GetBytes(message);

        AssertEnvelope(new ReadOnlySequence<byte>(bytes));
        AssertEnvelope(Segments.OfSingleBytes(bytes));
        for (var at = 0; at <= bytes.Length; at++)
            AssertEnvelope(Segments.SplitAt(bytes, at));

        void AssertEnvelope(ReadOnlySequence<byte> sequence)
        {
            var envelope = Envelope.Peek(sequence, MaxDepth);
            Assert.Equal((kind, id, null), (envelope.Kind, envelope.Id, envelope.Fault));
            Assert.Equal(payload, Encoding.UTF8.GetString(sequence.Slice(envelope.PayloadStart, envelope.PayloadLength).ToArray()));
        }
    }

    [Theory]
    [InlineData("9223372036854775807", 9223372036854775807L)]
    [InlineData("-9223372036854775808", -9223372036854775808L)]
    [InlineData("0", 0L)]
    [InlineData("9223372036854775808", null)]
    [InlineData("1.5", null)]
    [InlineData("1e400", null)]
    [InlineData("\"7\"", null)]
    [InlineData("null", null)]
    [InlineData("true", null)]
    [InlineData("[7]", null)]
    [InlineData("""{"id": 7}""", null)]
    public void Id_counts_if_it_is_an_integer_of_64_bits(string id, long? expected)
    {
        foreach (var message in new[] { "{\"return\":{},\"id\":" + id + "}", "{\"id\":" + id + ",\"return\":{}}" })
        {
            var envelope = Peek(message);
            Assert.Equal((EnvelopeKind.Return, expected, 2L), (envelope.Kind, envelope.Id, envelope.PayloadLength));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("7")]
    [InlineData("\"return\"")]
    [InlineData("[]")]
    [InlineData("[{\"return\":1}]")]
    [InlineData("{}")]
    [InlineData("""{"id":1}""")]
    [InlineData("""{"Return":1,"qmp":2}""")]
    [InlineData("""{"return":1,"return":2}""")]
    [InlineData("""{"return":1,"error":{}}""")]
    [InlineData("""{"event":"STOP","return":{}}""")]
    [InlineData("""{"QMP":{},"event":"STOP"}""")]
    [InlineData("""{"return":1,"id":1,"id":1}""")]
    [InlineData("""{"return":1,"id":null,"id":1}""")]
    [InlineData("""{"return":1,"\u0072eturn":2}""")]
    [InlineData("""{"return":1}{"return":2}""")]
    [InlineData("""{"return":1} x""")]
    [InlineData("""{"return":1""")]
    [InlineData("""{"return":}""")]
    [InlineData("""{"return":inf}""")]
    [InlineData("""{"return":NaN}""")]
    [InlineData("""{'return':1}""")]
    [InlineData("""{"return":1,}""")]
    [InlineData("""{"return":01}""")]
    [InlineData("{\"return\":1,/* a comment */\"id\":1}")]
    [InlineData("tail of a string\", \"eof\": false}}")]
    [InlineData("{\"return\":\"a\u0000b\"}")]
    [InlineData("""{"return":1,"\ud800":2}""")]
    [InlineData("""{"\udc00return":1}""")]
    public void Anything_else_is_invalid_and_says_why(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);

        foreach (var sequence in new[] { new ReadOnlySequence<byte>(bytes), Segments.OfSingleBytes(bytes), Segments.SplitAt(bytes, bytes.Length / 2) })
        {
            var envelope = Envelope.Peek(sequence, MaxDepth);
            Assert.Equal(EnvelopeKind.Invalid, envelope.Kind);
            Assert.False(string.IsNullOrWhiteSpace(envelope.Fault));
            Assert.Null(envelope.Id);
        }
    }

    [Fact]
    public void Modified_UTF8_in_a_name_is_invalid() =>
        Assert.Equal(EnvelopeKind.Invalid, Envelope.Peek(new ReadOnlySequence<byte>([.. "{\"\u0061"u8, 0xC0, 0x80, .. "\":1,\"id\":1}"u8]), MaxDepth).Kind);

    [Theory]
    [InlineData(MaxDepth - 1, EnvelopeKind.Return)]
    [InlineData(MaxDepth, EnvelopeKind.Invalid)]
    [InlineData(10_000, EnvelopeKind.Invalid)]
    public void Nesting_is_limited(int arrays, EnvelopeKind expected) =>
        Assert.Equal(expected, Peek("{\"return\":" + new string('[', arrays) + new string(']', arrays) + "}").Kind);

    [Fact]
    public void Ten_thousand_open_brackets_are_invalid() =>
        Assert.Equal(EnvelopeKind.Invalid, Peek(new string('[', 10_000)).Kind);

    private static Envelope Peek(string message) => Envelope.Peek(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(message)), MaxDepth);
}
