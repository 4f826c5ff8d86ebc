using System.Buffers.Text;

namespace Orchestrator.Bench.Events.Subscribers;

/// <summary>What a subscriber needs of an event: which it is, and when it was sent. Or how many the server says are missing.</summary>
/// <param name="Vm">Number of the VM, from 1 up.</param>
/// <param name="Number">Which of its events, from 1 up.</param>
/// <param name="Sent">On the machine's monotonic clock, in its ticks.</param>
/// <param name="Missing">Events of any VM that were here and are gone; then the rest is 0.</param>
public readonly record struct EventLine(int Vm, long Number, long Sent, long Missing = 0)
{
    private static ReadOnlySpan<byte> Subject => "\"subject\":\"vm"u8;

    private static ReadOnlySpan<byte> Gap => "\"io.orchestrator.stream.gap\""u8;

    /// <summary>
    /// Reads a line of <c>/v1/events</c> (docs/API.md), NDJSON or server-sent. Searches instead of parsing: reading must cost the cores that it shares
    /// with the server as little as it can.
    /// </summary>
    /// <param name="line">Without its end.</param>
    /// <returns>The event or the gap; <see langword="null"/> if the line is neither, such as a comment.</returns>
    /// <exception cref="BenchException">It is one that cannot be read.</exception>
    public static EventLine? Of(ReadOnlySpan<byte> line)
    {
        var subject = line.IndexOf(Subject);
        if (subject < 0)
            return line.IndexOf(Gap) < 0 ? null : OfGap(line);
        return After(line, Subject, out var vm) && After(line, "\"offset\":"u8, out var number) && After(line, "\"sent\":"u8, out var sent)
            ? new EventLine((int)vm, number, sent)
            : throw Bad("an event without its number", line);
    }

    private static EventLine OfGap(ReadOnlySpan<byte> line) =>
        After(line, "\"from\":"u8, out var from) && After(line, "\"to\":"u8, out var to) && to >= from
            ? new EventLine(0, 0, 0, to - from + 1)
            : throw Bad("events are missing and nobody knows how many", line);

    private static bool After(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word, out long number)
    {
        number = 0;
        var at = line.IndexOf(word);
        return at >= 0 && Utf8Parser.TryParse(line[(at + word.Length)..], out number, out _);
    }

    private static BenchException Bad(string what, ReadOnlySpan<byte> line) => new($"{what}: {System.Text.Encoding.UTF8.GetString(line)}");
}
