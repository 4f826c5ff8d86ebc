using System.Text;

namespace Orchestrator.Protocol.Tests.Framing;

/// <summary>What a splitter must find, written for reading: byte by byte over the whole stream, keeping everything.</summary>
internal static class SplitModel
{
    private const int TailBytes = 128;

    public static (List<SplitFrame> Frames, long DroppedBytes) Split(IEnumerable<byte> stream, int maxFrameBytes)
    {
        var frames = new List<SplitFrame>();
        var line = new StringBuilder();
        var afterSentinel = false;
        long dropped = 0;
        foreach (var value in stream)
        {
            if (value == 0xFF)
            {
                dropped += line.Length + (afterSentinel ? 1 : 0);
                line.Clear();
                afterSentinel = true;
            }
            else if (value == '\n')
            {
                if (line.Length > maxFrameBytes)
                    dropped += line.Length;
                if (Frame(line.ToString(), maxFrameBytes, afterSentinel) is { } frame)
                    frames.Add(frame);
                else
                    dropped += line.Length + 1;
                line.Clear();
                afterSentinel = false;
            }
            else
            {
                line.Append((char)value);
            }
        }
        return (frames, line.Length > maxFrameBytes ? dropped + line.Length : dropped);
    }

    private static SplitFrame? Frame(string line, int maxFrameBytes, bool afterSentinel)
    {
        if (line.Length > maxFrameBytes)
            return new SplitFrame("", line.Length, afterSentinel, IsOversized: true, Tail: line[Math.Max(line.Length - TailBytes, 0)..]);
        var text = line.EndsWith('\r') ? line[..^1] : line;
        return text.Length == 0 ? null : SplitFrame.Of(text, afterSentinel);
    }
}
