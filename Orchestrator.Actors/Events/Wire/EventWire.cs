using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Actors.Events.Wire;

/// <summary>The messages of event logs between nodes: JSON, with an event's data as they are in the log.</summary>
internal static class EventWire
{
    /// <summary>Characters of a filter that goes along; without a longer one the reader gets all events, and takes what fits.</summary>
    public const int MaxFilter = 16_384;

    private const int MaxFailure = 1_000;

    /// <summary>For <see cref="WireFormats"/>.</summary>
    public static IEnumerable<WireFormat> Formats { get; } =
    [
        Of<EventQueries.Read, WireRead>("event.read.v1", EventWireJson.Default.WireRead, Write, Read),
        Of<EventQueries.Find, WireFind>("event.find.v1", EventWireJson.Default.WireFind, find => new WireFind(find.Since), wire => new EventQueries.Find(wire.Since)),
        Of<EventReplies.Page, WirePage>("event.page.v1", EventWireJson.Default.WirePage, Write, Read),
        Of<EventReplies.Found, WireFound>("event.found.v1", EventWireJson.Default.WireFound, found => new WireFound(found.Position.ToString()), wire => new EventReplies.Found(PositionOf(wire.Position))),
        Of<EventReplies.Failed, EventReplies.Failed>("event.failed.v1", EventWireJson.Default.Failed, failed => failed with { Message = Cut(failed.Message) }, failed => failed),
    ];

    private static WireFormat Of<T, TWire>(string manifest, JsonTypeInfo<TWire> type, Func<T, TWire> write, Func<TWire, T> read)
        where T : IWireMessage =>
        new(typeof(T), manifest, message => JsonSerializer.SerializeToUtf8Bytes(write((T)message), type), bytes => read(JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException($"a message {manifest} that is null")));

    private static WireRead Write(EventQueries.Read read) => new(read.After?.ToString(), read.Max, read.Wait, (int?)read.Patience?.TotalMilliseconds, read.MaxBytes, Write(read.Filter));

    private static EventQueries.Read Read(WireRead wire) => new(wire.After is { } after ? PositionOf(after) : null, wire.Max, wire.Wait, Read(wire.Filter))
    {
        Patience = wire.PatienceMs is { } patience ? TimeSpan.FromMilliseconds(patience) : null,
        MaxBytes = wire.MaxBytes,
    };

    private static WireFilter? Write(EventFilter? filter)
    {
        if (filter is null || filter == EventFilter.Everything)
            return null;
        var wire = new WireFilter(filter.Types.Count > 0 ? filter.Types : null, filter.Vms?.Text, filter.Expression?.ToString());
        return (wire.Types?.Sum(type => type.Length) ?? 0) + (wire.Vms?.Length ?? 0) + (wire.Expression?.Length ?? 0) <= MaxFilter ? wire : null;
    }

    /// <summary>What another version wrote and this one cannot read lets everything pass: the reader looks at it anyway.</summary>
    private static EventFilter? Read(WireFilter? wire)
    {
        if (wire is null)
            return null;
        var (vms, expression) = ((TargetSelector?)null, (EventExpression?)null);
        if (wire.Vms is not null && !TargetSelector.TryParse(wire.Vms, out vms, out _))
            return null;
        if (wire.Expression is not null && !EventExpression.TryParse(wire.Expression, out expression, out _))
            return null;
        return new EventFilter { Types = wire.Types ?? [], Vms = vms, Expression = expression };
    }

    private static WirePage Write(EventReplies.Page page) => new([.. page.Events.Select(WireEvents.Write)], page.Next.ToString(), page.Gap, page.IsCaughtUp);

    private static EventReplies.Page Read(WirePage wire) => new([.. (wire.Events ?? []).Select(WireEvents.Read)], PositionOf(wire.Next), wire.Gap, wire.IsCaughtUp);

    private static EventPosition PositionOf(string text) => EventPosition.TryParse(text, out var position) ? position : throw new JsonException($"'{text}' is no place in a log");

    private static string Cut(string text) => text.Length <= MaxFailure ? text : text[..MaxFailure];
}
