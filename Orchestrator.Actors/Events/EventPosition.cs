using System.Globalization;

namespace Orchestrator.Actors.Events;

/// <summary>A place in one node's event log: everything up to and including <see cref="Sequence"/> lies before it.</summary>
/// <param name="Epoch">Life of the log, as Unix milliseconds of its begin: a log that was made anew, or may have lost its end, begins another. 0 with <see cref="Beginning"/>.</param>
/// <param name="Sequence">Number of an event, from 1 up; 0 before the first.</param>
public readonly record struct EventPosition(long Epoch, long Sequence)
{
    /// <summary>Before the oldest event that is still kept.</summary>
    public static readonly EventPosition Beginning;

    /// <summary><c>EPOCH:SEQUENCE</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}:{Sequence}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out EventPosition position)
    {
        position = default;
        var colon = text.IndexOf(':');
        if (colon < 0
            || !long.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            || !long.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return false;
        position = new EventPosition(epoch, sequence);
        return true;
    }
}
