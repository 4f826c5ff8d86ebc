using System.Buffers;
using System.Text;
using Orchestrator.Protocol.Framing;

namespace Orchestrator.Bench.Fuzz;

/// <summary>From bytes to messages: whatever the pieces they come in, the messages are the same, and no more is kept than the limit.</summary>
public sealed class FrameTarget : IFuzzTarget
{
    private const int Limit = 256;
    private const int MaxDepth = 16;

    /// <inheritdoc/>
    public string Name => "frames";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; } = FuzzRun.WordsOf(
        "\x01{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n{\"return\": {}, \"id\": 1}\r\n",
        "\x07{\"error\": {\"class\": \"GenericError\", \"desc\": \"stray\"}}\n\u00ff{\"return\": 42}\n{\"return\": {\"a\": [1, null]}, \"id\": 9}\n",
        "\x03{\"event\": \"STOP\", \"data\": {}, \"timestamp\": {\"seconds\": 1, \"microseconds\": 2}}\r\n",
        $"\x10{new string('x', Limit + 20)}\n{{\"return\": {{}}}}\n");

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Words { get; } = FuzzRun.WordsOf(
        "\n", "\r\n", "\u00ff", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\"return\":", "\"error\":", "\"event\":", "\"QMP\":", "\"id\":", "1e999", "-0", "18446744073709551616", "null", "\0", "\u00c0\u0080");

    /// <inheritdoc/>
    public string Try(byte[] input)
    {
        // The first byte says how long the pieces are.
        var stream = input.AsSpan(Math.Min(1, input.Length)).ToArray();
        var whole = Split(stream, Math.Max(stream.Length, 1));
        var pieces = Split(stream, input.Length == 0 ? 1 : Math.Max(input[0] % 64, 1));
        Require.Equal(string.Join('\n', whole), string.Join('\n', pieces), "the messages depend on the pieces they came in");
        return string.Join(' ', whole.Select(message => message.Split('|')[0]).Distinct().Order(StringComparer.Ordinal));
    }

    private static List<string> Split(byte[] stream, int piece)
    {
        var splitter = new FrameSplitter { MaxFrameBytes = Limit };
        var messages = new List<string>();
        var kept = Array.Empty<byte>();
        for (var start = 0; start < stream.Length; start += piece)
        {
            var buffer = new ReadOnlySequence<byte>([.. kept, .. stream.AsSpan(start, Math.Min(piece, stream.Length - start))]);
            while (splitter.TryRead(ref buffer, out var frame))
                messages.Add(Describe(frame));
            kept = buffer.ToArray();
            Require.That(kept.Length <= Limit, $"{kept.Length} bytes are kept, the limit is {Limit}");
        }
        return messages;
    }

    private static string Describe(in Frame frame)
    {
        if (frame.IsOversized)
            return $"oversized|{frame.Length}|{frame.AfterSentinel}|{Encoding.Latin1.GetString(frame.Tail)}";
        var envelope = Envelope.Peek(frame.Bytes, MaxDepth);
        Require.That(envelope.PayloadStart >= 0 && envelope.PayloadStart + envelope.PayloadLength <= frame.Length, "the payload stands outside of the message");
        return $"{envelope.Kind}/{envelope.Id is null}/{envelope.Fault?.Split(':')[0]}|{envelope.Id}|{frame.AfterSentinel}|{Encoding.Latin1.GetString(frame.Bytes)}";
    }
}
