using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Protocol.Tests.Framing;

/// <summary>A frame that outlives the splitter's buffer. Texts are Latin-1.</summary>
internal sealed record SplitFrame(string Text, long Length, bool AfterSentinel = false, bool IsOversized = false, string Tail = "")
{
    public static SplitFrame Of(string text, bool afterSentinel = false) => new(text, text.Length, afterSentinel);
}

/// <summary>Feeds a splitter as a pipe does: what it leaves is offered again, with the next bytes behind it in another segment.</summary>
internal sealed class SplitStream(long maxFrameBytes)
{
    private byte[] _kept = [];

    public FrameSplitter Splitter { get; } = new() { MaxFrameBytes = maxFrameBytes };

    public List<SplitFrame> Frames { get; } = [];

    /// <summary>Bytes the splitter wants to see again.</summary>
    public int KeptBytes => _kept.Length;

    public static List<SplitFrame> Read(long maxFrameBytes, params IEnumerable<string> pieces)
    {
        var stream = new SplitStream(maxFrameBytes);
        foreach (var piece in pieces)
            stream.Feed(Encoding.Latin1.GetBytes(piece));
        return stream.Frames;
    }

    public void Feed(byte[] piece)
    {
        var buffer = Segments.Of(_kept, piece);
        while (Splitter.TryRead(ref buffer, out var frame))
        {
            Frames.Add(new SplitFrame(
                Encoding.Latin1.GetString(frame.Bytes.ToArray()), frame.Length, frame.AfterSentinel, frame.IsOversized, Encoding.Latin1.GetString(frame.Tail)));
        }
        _kept = buffer.ToArray();
    }
}
