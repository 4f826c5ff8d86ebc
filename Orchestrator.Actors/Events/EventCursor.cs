using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Orchestrator.Actors.Events;

/// <summary>
/// A place in the merged stream of all event logs: one <see cref="EventPosition"/> for each VmHost. Opaque to clients: they give back what they got.
/// A log that a cursor does not name is read from <see cref="Since"/> on: it joined later, or did not answer when the cursor was made.
/// </summary>
public sealed class EventCursor
{
    /// <summary>Longest text that is read, in characters.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Before everything that is kept.</summary>
    public static readonly EventCursor Beginning = new([]);

    private const char SinceMark = '@';
    private static readonly long MaxSince = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly Place[] _places;
    private string? _text;

    private EventCursor(Place[] places, DateTimeOffset? since = null) => (_places, Since) = (places, since);

    /// <summary>Sorted by their hosts.</summary>
    private readonly record struct Place(string Host, EventPosition Position) : IComparable<Place>
    {
        public int CompareTo(Place other) => string.CompareOrdinal(Host, other.Host);
    }

    /// <summary>The log's place; <see cref="EventPosition.Beginning"/> for one that it does not name.</summary>
    public EventPosition this[string host] => Find(host) is >= 0 and var at ? _places[at].Position : EventPosition.Beginning;

    /// <summary>Logs that it does not name are read from what they logged at that time on, to the millisecond; <see langword="null"/>: from their beginning.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>VmHosts that it names.</summary>
    public IEnumerable<string> Hosts => _places.Select(place => place.Host);

    /// <summary>Before what was logged at a time or later, wherever.</summary>
    public static EventCursor At(DateTimeOffset since) => new([], DateTimeOffset.FromUnixTimeMilliseconds(since.ToUnixTimeMilliseconds()));

    /// <summary>Whether it names the log of a VmHost.</summary>
    public bool Names(string host) => Find(host) >= 0;

    /// <summary>The same with another place in one log.</summary>
    public EventCursor With(string host, EventPosition position)
    {
        var place = new Place(host, position);
        var at = Find(host);
        return new EventCursor(at >= 0 ? [.. _places[..at], place, .. _places[(at + 1)..]] : [.. _places[..~at], place, .. _places[~at..]], Since);
    }

    /// <summary>As clients see it: base64url.</summary>
    public override string ToString()
    {
        if (_text is { } text)
            return text;
        var bytes = new ArrayBufferWriter<byte>(64);
        if (Since is { } since)
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{SinceMark}{since.ToUnixTimeMilliseconds()}"), bytes);
        foreach (var (host, position) in _places)
        {
            if (bytes.WrittenCount > 0)
                bytes.Write("\n"u8);
            Encoding.UTF8.GetBytes(position.ToString(), bytes);
            bytes.Write(" "u8);
            Encoding.UTF8.GetBytes(host, bytes);
        }
        return _text = Base64Url.EncodeToString(bytes.WrittenSpan);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EventCursor? cursor)
    {
        cursor = null;
        if (text is null || text.Length > MaxLength || !Base64Url.IsValid(text))
            return false;
        var found = Beginning;
        foreach (var line in Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == SinceMark)
            {
                if (found != Beginning || !long.TryParse(line.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var since) || since > MaxSince)
                    return false;
                found = At(DateTimeOffset.FromUnixTimeMilliseconds(since));
                continue;
            }
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || space + 1 == line.Length || !EventPosition.TryParse(line.AsSpan(0, space), out var position))
                return false;
            found = found.With(line[(space + 1)..], position);
        }
        cursor = found;
        return true;
    }

    private int Find(string host) => Array.BinarySearch(_places, new Place(host, default));
}
