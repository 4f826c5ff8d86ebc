using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Actors.Events;

/// <summary>
/// A place in the merged stream of all event logs: one <see cref="EventPosition"/> for each VmHost. Opaque to clients: they give back what they got.
/// A log that a cursor does not name is read from its beginning: what it has came after the cursor was made.
/// </summary>
public sealed class EventCursor
{
    /// <summary>Longest text that is read, in characters.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Before everything that is kept.</summary>
    public static readonly EventCursor Beginning = new([]);

    private readonly Place[] _places;
    private string? _text;

    private EventCursor(Place[] places) => _places = places;

    /// <summary>Sorted by their hosts.</summary>
    private readonly record struct Place(string Host, EventPosition Position) : IComparable<Place>
    {
        public int CompareTo(Place other) => string.CompareOrdinal(Host, other.Host);
    }

    /// <summary>The log's place; <see cref="EventPosition.Beginning"/> for one that it does not name.</summary>
    public EventPosition this[string host] => Find(host) is >= 0 and var at ? _places[at].Position : EventPosition.Beginning;

    /// <summary>VmHosts that it names.</summary>
    public IEnumerable<string> Hosts => _places.Select(place => place.Host);

    /// <summary>The same with another place in one log.</summary>
    public EventCursor With(string host, EventPosition position)
    {
        var place = new Place(host, position);
        var at = Find(host);
        return new EventCursor(at >= 0 ? [.. _places[..at], place, .. _places[(at + 1)..]] : [.. _places[..~at], place, .. _places[~at..]]);
    }

    /// <summary>As clients see it: base64url.</summary>
    public override string ToString()
    {
        if (_text is { } text)
            return text;
        var bytes = new ArrayBufferWriter<byte>(64);
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
