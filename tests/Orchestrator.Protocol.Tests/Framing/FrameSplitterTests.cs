using System.Buffers;
using System.Text;

namespace Orchestrator.Protocol.Tests.Framing;

public class FrameSplitterTests
{
    private const long Limit = 1000;

    [Theory]
    [InlineData("{}\n", "{}")]
    [InlineData("{}\r\n", "{}")]
    [InlineData("\r\n\n{}\n", "{}")]
    [InlineData("{}\r\r\n", "{}\r")]
    [InlineData("{\r}\n", "{\r}")]
    public void Line_end_is_LF_with_or_without_one_CR(string stream, string expected) =>
        Assert.Equal([SplitFrame.Of(expected)], SplitStream.Read(Limit, stream));

    [Fact]
    public void Message_without_its_line_end_is_not_yet_one()
    {
        var stream = new SplitStream(Limit);

        stream.Feed("{\"a\":1}"u8.ToArray());

        Assert.Empty(stream.Frames);
        Assert.Equal(7, stream.KeptBytes);
    }

    [Fact]
    public void Messages_in_one_piece_come_out_one_by_one() =>
        Assert.Equal([SplitFrame.Of("a"), SplitFrame.Of("b"), SplitFrame.Of("c")], SplitStream.Read(Limit, "a\r\nb\nc\n"));

    [Fact]
    public void Sentinel_marks_the_next_message_only() =>
        Assert.Equal([SplitFrame.Of("a"), SplitFrame.Of("b", afterSentinel: true), SplitFrame.Of("c")], SplitStream.Read(Limit, "a\n\u00ffb\nc\n"));

    [Fact]
    public void Sentinel_drops_the_unfinished_text_before_it()
    {
        var stream = new SplitStream(Limit);

        stream.Feed([.. "cut off in the midd"u8, 0xFF, .. "{}\n"u8]);

        Assert.Equal([SplitFrame.Of("{}", afterSentinel: true)], stream.Frames);
        Assert.Equal(19, stream.Splitter.DroppedBytes);
    }

    [Fact]
    public void Sentinels_in_a_row_are_one() =>
        Assert.Equal([SplitFrame.Of("a", afterSentinel: true)], SplitStream.Read(Limit, "\u00ff\u00ff", "\u00ffa\n"));

    [Fact]
    public void Sentinel_mark_does_not_outlive_an_empty_line() =>
        Assert.Equal([SplitFrame.Of("a")], SplitStream.Read(Limit, "\u00ff\r\na\n"));

    [Fact]
    public void Message_of_exactly_the_limit_passes_and_one_more_byte_does_not()
    {
        Assert.Equal([SplitFrame.Of("0123456789")], SplitStream.Read(10, "0123456789\n"));

        Assert.Equal([new SplitFrame("", 11, IsOversized: true, Tail: "0123456789A")], SplitStream.Read(10, "0123456789A\n"));
    }

    [Fact]
    public void Oversized_message_is_reported_once_and_the_next_one_is_whole()
    {
        var frames = SplitStream.Read(10, "0123456789ABC", "DEF", "GHI\n{}\n");

        Assert.Equal([new SplitFrame("", 19, IsOversized: true, Tail: "0123456789ABCDEFGHI"), SplitFrame.Of("{}")], frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(100_000)]
    public void Oversized_message_keeps_its_last_128_bytes_however_it_arrives(int pieceLength)
    {
        var message = new string('x', 5000) + string.Concat(Enumerable.Range(0, 16).Select(i => $"<{i:00000}>")) + ", \"id\": 4711}\r";
        var stream = Encoding.ASCII.GetBytes(message + "\n").Chunk(pieceLength).Select(Encoding.ASCII.GetString);

        var frame = Assert.Single(SplitStream.Read(100, stream));

        Assert.True(frame.IsOversized);
        Assert.Equal(message.Length, frame.Length);
        Assert.Equal(message[^128..], frame.Tail);
    }

    [Fact]
    public void Tail_of_one_oversized_message_has_nothing_of_the_one_before() =>
        Assert.Equal(
            [new SplitFrame("", 6, IsOversized: true, Tail: "aaaaaa"), new SplitFrame("", 5, IsOversized: true, Tail: "bbbbb")],
            SplitStream.Read(4, "aaaaa", "a\nbbb", "bb\n"));

    [Fact]
    public void Sentinel_ends_the_skipping_of_an_oversized_message()
    {
        var stream = new SplitStream(10);

        stream.Feed("0123456789ABC"u8.ToArray());
        stream.Feed([.. "DEF"u8, 0xFF, .. "{}\n"u8]);

        Assert.Equal([SplitFrame.Of("{}", afterSentinel: true)], stream.Frames);
        Assert.Equal(16, stream.Splitter.DroppedBytes);
    }

    [Fact]
    public void Oversized_message_after_a_sentinel_says_so() =>
        Assert.True(SplitStream.Read(4, "\u00ff12345\n")[0].AfterSentinel);

    [Fact]
    public void Lower_limit_holds_for_the_message_that_is_being_read()
    {
        var stream = new SplitStream(100);
        stream.Feed("0123456789"u8.ToArray());

        stream.Splitter.MaxFrameBytes = 5;
        stream.Feed("A"u8.ToArray());

        Assert.Equal(0, stream.KeptBytes);
        stream.Feed("\nok\n"u8.ToArray());
        Assert.Equal([new SplitFrame("", 11, IsOversized: true, Tail: "0123456789A"), SplitFrame.Of("ok")], stream.Frames);
    }

    [Fact]
    public void Higher_limit_does_not_bring_back_a_message_that_is_being_skipped()
    {
        var stream = new SplitStream(5);
        stream.Feed("0123456789"u8.ToArray());

        stream.Splitter.MaxFrameBytes = 100;
        stream.Feed("A\n0123456789\n"u8.ToArray());

        Assert.Equal([new SplitFrame("", 11, IsOversized: true, Tail: "0123456789A"), SplitFrame.Of("0123456789")], stream.Frames);
    }

    [Fact]
    public void Thirty_megabytes_without_a_line_end_are_not_kept()
    {
        var stream = new SplitStream(64 * 1024);
        var piece = new byte[64 * 1024];
        piece.AsSpan().Fill((byte)'x');
        var before = GC.GetAllocatedBytesForCurrentThread();
        var most = 0;

        for (var i = 0; i < 480; i++)
        {
            stream.Feed(piece);
            most = Math.Max(most, stream.KeptBytes);
        }
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        stream.Feed("\nok\n"u8.ToArray());

        Assert.Equal(64 * 1024, most);
        Assert.True(allocated < 1024 * 1024, $"{allocated} bytes were allocated for 30 MiB");
        Assert.Equal(30 * 1024 * 1024, stream.Frames[0].Length);
        Assert.Equal(SplitFrame.Of("ok"), stream.Frames[1]);
    }

    [Fact]
    public void Long_message_in_small_pieces_is_searched_once()
    {
        // 64 KiB byte by byte: a search from the start each time would look at 2 GiB, and this test would take minutes.
        var bytes = new byte[64 * 1024];
        bytes.AsSpan().Fill((byte)'x');
        bytes[^1] = (byte)'\n';
        var splitter = new Protocol.Framing.FrameSplitter { MaxFrameBytes = bytes.Length };
        var found = 0;

        for (var end = 1; end <= bytes.Length; end++)
        {
            var buffer = new ReadOnlySequence<byte>(bytes, 0, end);
            while (splitter.TryRead(ref buffer, out _))
                found++;
        }

        Assert.Equal(1, found);
    }
}
