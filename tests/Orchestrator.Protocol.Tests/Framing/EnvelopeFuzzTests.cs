using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CsCheck;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Tests.Framing;

public class EnvelopeFuzzTests
{
    private const int MaxDepth = 16;

    /// <summary>Pieces that make something close to a message.</summary>
    private static readonly Gen<byte[]> Shards = Gen.OneOf<byte[]>(
        "{"u8.ToArray(), "}"u8.ToArray(), "["u8.ToArray(), "]"u8.ToArray(), ":"u8.ToArray(), ","u8.ToArray(), "\"return\":"u8.ToArray(),
        "\"error\":"u8.ToArray(), "\"event\":"u8.ToArray(), "\"QMP\":"u8.ToArray(), "\"id\":"u8.ToArray(), "\"\\ud800\""u8.ToArray(), "17"u8.ToArray(),
        "-1e999"u8.ToArray(), "null"u8.ToArray(), "\"x\""u8.ToArray(), "\"\\u0069d\":"u8.ToArray(), [0xFF], [0xC0, 0x80], "\""u8.ToArray(), "\\"u8.ToArray());

    private static readonly Gen<string> Messages = Gen.OneOf<string>(
        """{"return": {"a": [1, {"b": null}], "id": 3}, "id": 4711}""",
        """{"id": 12, "error": {"class": "GenericError", "desc": "é \ud83d\ude00"}}""",
        """{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "STOP", "data": {}}""",
        """{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": ["oob"]}}""");

    [Fact]
    public void Random_bytes_never_throw() => Gen.Byte.Array[0, 200].Sample(AssertOutcome, iter: 20_000);

    [Fact]
    public void Random_shards_never_throw() =>
        Shards.Array[0, 20].Sample(shards => AssertOutcome([.. shards.SelectMany(shard => shard)]), iter: 50_000);

    [Fact]
    public void Mutated_messages_never_throw() =>
        Gen.Select(Messages, Gen.Select(Gen.Int[0, 200], Gen.Byte).Array[1, 4]).Sample(
            (message, changes) =>
            {
                var bytes = Encoding.UTF8.GetBytes(message);
                foreach (var (place, value) in changes)
                    bytes[place % bytes.Length] = value;
                AssertOutcome(bytes);
            },
            iter: 50_000);

    /// <summary>One segment and many agree; what is valid for us is valid for an independent reader, and the payload is where it says.</summary>
    private static void AssertOutcome(byte[] bytes)
    {
        var whole = Envelope.Peek(new ReadOnlySequence<byte>(bytes), MaxDepth);
        var split = Envelope.Peek(Segments.OfSingleBytes(bytes), MaxDepth);

        Assert.Equal((whole.Kind, whole.Id, whole.PayloadStart, whole.PayloadLength), (split.Kind, split.Id, split.PayloadStart, split.PayloadLength));
        Assert.Equal(whole.Kind == EnvelopeKind.Invalid, whole.Fault is not null);
        if (whole.Kind is EnvelopeKind.Invalid or EnvelopeKind.Event)
            return;
        var name = whole.Kind switch { EnvelopeKind.Return => "return", EnvelopeKind.Error => "error", _ => "QMP" };
        var root = JsonElement.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
        Assert.Equal(JsonMarshal.GetRawUtf8Value(root.GetProperty(name)), bytes.AsSpan((int)whole.PayloadStart, (int)whole.PayloadLength));
    }
}
