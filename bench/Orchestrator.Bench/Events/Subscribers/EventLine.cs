using System.Buffers.Text;

namespace Orchestrator.Bench.Events.Subscribers;

/// <summary>What a subscriber needs of an event: which it is, and when it was sent.</summary>
/// <param name="Vm">Number of the VM, from 1 up.</param>
/// <param name="Number">Which of its events, from 1 up.</param>
/// <param name="Sent">On the machine's monotonic clock, in its ticks.</param>
public readonly record struct EventLine(int Vm, long Number, long Sent)
{
    private static ReadOnlySpan<byte> Subject => "\"subject\":\"vm"u8;

    private static ReadOnlySpan<byte> Gap => "\"io.orchestrator.stream.gap\""u8;

    /// <summary>
    /// Reads a line of <c>/v1/events</c> (docs/API.md), NDJSON or server-sent. Searches instead of parsing: reading must cost the cores that it shares
    /// with the server as little as it can.
    /// </summary>
    /// <param name="line">Without its end.</param>
    /// <returns>The event; <see langword="null"/> if the line is none of a monitor's, such as a comment.</returns>
    /// <exception cref="BenchException">It says that events are missing, or is an event that cannot be read.</exception>
    public static EventLine? Of(ReadOnlySpan<byte> line)
    {
        var subject = line.IndexOf(Subject);
        if (subject < 0)
            return line.IndexOf(Gap) < 0 ? null : throw Bad("the server lost events", line);
        return After(line, Subject, out var vm) && After(line, "\"offset\":"u8, out var number) && After(line, "\"sent\":"u8, out var sent)
            ? new EventLine((int)vm, number, sent)
            : throw Bad("an event without its number", line);
    }

    private static bool After(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word, out long number)
    {
        number = 0;
        var at = line.IndexOf(word);
        return at >= 0 && Utf8Parser.TryParse(line[(at + word.Length)..], out number, out _);
    }

    private static BenchException Bad(string what, ReadOnlySpan<byte> line) => new($"{what}: {System.Text.Encoding.UTF8.GetString(line)}");
}
