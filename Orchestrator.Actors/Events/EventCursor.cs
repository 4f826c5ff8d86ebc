using System.Buffers.Text;
using System.Collections.Immutable;
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
    public static readonly EventCursor Beginning = new(ImmutableSortedDictionary.Create<string, EventPosition>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, EventPosition> _positions;
    private string? _text;

    private EventCursor(ImmutableSortedDictionary<string, EventPosition> positions) => _positions = positions;

    /// <summary>The log's place; <see cref="EventPosition.Beginning"/> for one that it does not name.</summary>
    public EventPosition this[string host] => _positions.GetValueOrDefault(host);

    /// <summary>VmHosts that it names.</summary>
    public IEnumerable<string> Hosts => _positions.Keys;

    /// <summary>The same with another place in one log.</summary>
    public EventCursor With(string host, EventPosition position) => new(_positions.SetItem(host, position));

    /// <summary>As clients see it: base64url.</summary>
    public override string ToString() => _text ??= Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('\n', _positions.Select(item => $"{item.Value} {item.Key}"))));

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
}
