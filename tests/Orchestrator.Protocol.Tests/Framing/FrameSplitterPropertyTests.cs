using System.Text;
using CsCheck;

namespace Orchestrator.Protocol.Tests.Framing;

public class FrameSplitterPropertyTests
{
    private const int Limit = 24;

    /// <summary>Bytes that mean something, and some that do not, so that every state meets every other.</summary>
    private static readonly Gen<byte> Bytes = Gen.Frequency((8, Gen.Byte[(byte)'a', (byte)'z']), (1, Gen.Const((byte)'\n')), (1, Gen.Const((byte)'\r')), (1, Gen.Const((byte)0xFF)));

    private static readonly Gen<byte[]> Streams = Bytes.Array[0, 200];

    private static readonly Gen<byte[]> LongMessages = Gen.Select(Gen.Int[100, 400], Gen.Byte[(byte)'a', (byte)'z'], (length, value) => Enumerable.Repeat(value, length).Append((byte)'\n').ToArray());

    [Theory]
    [InlineData("{\"QMP\": {}}\r\n{\"return\": {}, \"id\": 1}\r\n")]
    [InlineData("{\"error\": {}}\n\u00ff{\"return\": 42}\n{\"return\": {}}\n")]
    [InlineData("stale tail\", \"eof\": false}}\n\u00ff\u00ff{\"a\": 1}\r\n\r\n\n")]
    [InlineData("this message is longer than the limit allows\r\n{}\r\n")]
    [InlineData("this message is longer than the limit \u00ff{}\nand so is this one, at its end, too\n")]
    public void Stream_cut_at_any_byte_gives_the_same_messages(string text)
    {
        var stream = Encoding.Latin1.GetBytes(text);
        var (expected, dropped) = SplitModel.Split(stream, Limit);

        for (var first = 0; first <= stream.Length; first++)
        {
            for (var second = first; second <= stream.Length; second++)
                AssertSplits(expected, dropped, [stream[..first], stream[first..second], stream[second..]]);
        }
    }

    [Fact]
    public void Random_streams_in_random_pieces_give_what_the_model_finds() =>
        Gen.Select(Streams, Gen.Int[1, 40].Array[1, 20]).Sample(
            (stream, lengths) =>
            {
                var (expected, dropped) = SplitModel.Split(stream, Limit);
                AssertSplits(expected, dropped, Pieces(stream, lengths));
            },
            iter: 20_000);

    [Fact]
    public void Tails_of_long_messages_do_not_depend_on_the_pieces() =>
        Gen.Select(LongMessages.Array[1, 4], Gen.Int[1, 300].Array[1, 20]).Sample(
            (messages, lengths) =>
            {
                byte[] stream = [.. messages.SelectMany(message => message)];
                var (expected, dropped) = SplitModel.Split(stream, Limit);
                AssertSplits(expected, dropped, Pieces(stream, lengths));
            },
            iter: 2_000);

    [Fact]
    public void Whatever_came_before_a_line_end_the_message_after_it_is_found() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Int[1, 40].Array[1, 20]).Sample(
            (noise, lengths) =>
            {
                var stream = new SplitStream(Limit);
                foreach (var piece in Pieces([.. noise, (byte)'\n', .. "{\"ok\":1}\n"u8], lengths))
                    stream.Feed(piece);

                Assert.Equal(SplitFrame.Of("{\"ok\":1}"), stream.Frames[^1]);
                Assert.Equal(0, stream.KeptBytes);
            },
            iter: 20_000);

    private static IEnumerable<byte[]> Pieces(byte[] stream, int[] lengths)
    {
        for (int start = 0, i = 0; start < stream.Length; i++)
        {
            var end = Math.Min(start + lengths[i % lengths.Length], stream.Length);
            yield return stream[start..end];
            start = end;
        }
    }

    private static void AssertSplits(List<SplitFrame> expected, long dropped, IEnumerable<byte[]> pieces)
    {
        var stream = new SplitStream(Limit);
        foreach (var piece in pieces)
        {
            stream.Feed(piece);
            Assert.True(stream.KeptBytes <= Limit, $"{stream.KeptBytes} bytes were kept, the limit is {Limit}");
        }
        Assert.Equal(expected, stream.Frames);
        Assert.Equal(dropped, stream.Splitter.DroppedBytes);
    }
}
