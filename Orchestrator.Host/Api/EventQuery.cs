using System.Globalization;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Host.Api;

/// <summary>Which events somebody asks for, and from where on, as it was written; checked by <see cref="EventQuery.Parse"/>.</summary>
public sealed record EventRequest
{
    /// <summary>The subscription's name, chosen by the client; of a WebSocket only.</summary>
    public string? Id { get; init; }

    /// <summary>Globs over the type or the event's own name, one of which must fit.</summary>
    public IReadOnlyList<string>? Type { get; init; }

    /// <summary>Selector of VMs, held against each VM as it was when it happened.</summary>
    public string? Target { get; init; }

    /// <summary>An <see cref="EventExpression"/>.</summary>
    public string? Filter { get; init; }

    /// <summary>Begin behind this.</summary>
    public string? Cursor { get; init; }

    /// <summary>Begin at this time (RFC 3339), or this long ago (<c>90s</c>, <c>10m</c>, <c>2h</c>, <c>1d</c>).</summary>
    public string? Since { get; init; }

    /// <summary><c>beginning</c> or <c>now</c>.</summary>
    public string? From { get; init; }

    /// <summary>Begin with the VMs as they are.</summary>
    public bool Initial { get; init; }

    /// <summary>How many messages the client is ready for; of a WebSocket only.</summary>
    public int Credit { get; init; }
}

/// <summary>A checked <see cref="EventRequest"/>.</summary>
internal sealed record EventQuery
{
    /// <summary>Which events.</summary>
    public required EventFilter Filter { get; init; }

    /// <summary>Begin behind it.</summary>
    public EventCursor? Cursor { get; init; }

    /// <summary>Begin with what was logged then.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Begin with the oldest that is kept.</summary>
    public bool FromBeginning { get; init; }

    /// <summary>Begin with the VMs as they are.</summary>
    public bool Initial { get; init; }

    /// <summary>Go on with what comes.</summary>
    public bool Follow { get; init; } = true;

    /// <summary>End after so many events.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether a cursor whose next events are gone is told as a gap, and not as a problem before the stream.</summary>
    public bool BearsGaps { get; init; }

    /// <summary>Whether it begins with what comes from now on.</summary>
    public bool IsFromNow => Cursor is null && Since is null && !FromBeginning;

    /// <exception cref="RequestException">Something of it is not as it should be.</exception>
    public static EventQuery Parse(EventRequest request, TimeProvider time)
    {
        string?[] starts = [request.Cursor, request.Since, request.From, request.Initial ? "initial" : null];
        if (starts.Count(start => !string.IsNullOrEmpty(start)) > 1 && !(request.Initial && request.From == "now"))
            throw new RequestException("invalid-request", "a stream begins at one place: give one of cursor, since, from and initial");
        if (request.From is not (null or "" or "now" or "beginning"))
            throw new RequestException("invalid-request", $"from is '{request.From}': give 'now' or 'beginning'");
        return new EventQuery
        {
            Filter = new EventFilter
            {
                Types = [.. (request.Type ?? []).Where(type => !string.IsNullOrEmpty(type))],
                Vms = string.IsNullOrEmpty(request.Target) ? null : JobRequests.ParseSelector(request.Target),
                Expression = string.IsNullOrEmpty(request.Filter) ? null : ParseExpression(request.Filter),
            },
            Cursor = string.IsNullOrEmpty(request.Cursor) ? null : ParseCursor(request.Cursor),
            Since = string.IsNullOrEmpty(request.Since) ? null : ParseSince(request.Since, time.GetUtcNow()),
            FromBeginning = request.From == "beginning",
            Initial = request.Initial,
        };
    }

    /// <summary>The same, but behind the last event that a reader of server-sent events had: wherever it had begun, it goes on there.</summary>
    public static EventQuery Resume(EventRequest request, string lastEventId, TimeProvider time) =>
        Parse(request with { Cursor = lastEventId, Since = null, From = null, Initial = false }, time);

    /// <exception cref="RequestException">It is none; the message says where and what was expected.</exception>
    internal static EventExpression ParseExpression(string text) => EventExpression.TryParse(text, out var expression, out var error)
        ? expression
        : throw new RequestException("invalid-filter", error.Message) { Extensions = { ["position"] = error.Position, ["expected"] = error.Expected } };

    private static EventCursor ParseCursor(string text) => EventCursor.TryParse(text, out var cursor)
        ? cursor
        : throw new RequestException("invalid-cursor", "the cursor is not one that this program made: give back one that an event came with, or from=beginning");

    private static DateTimeOffset ParseSince(string text, DateTimeOffset now)
    {
        // A plus that nobody escaped arrives as a space.
        if (DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && text.Contains('T', StringComparison.OrdinalIgnoreCase))
            return time;
        var number = text.TrimEnd('m', 's', 'h', 'd');
        double? seconds = text[number.Length..] switch { "ms" => 0.001, "s" => 1, "m" => 60, "h" => 3_600, "d" => 86_400, _ => null };
        return seconds is { } unit && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count * unit <= TimeSpan.FromDays(3_660).TotalSeconds
            ? now - TimeSpan.FromSeconds(count * unit)
            : throw new RequestException("invalid-request", $"since is '{text}': give a time such as 2026-01-01T00:00:00Z, or how long ago, such as 90s, 10m, 2h or 7d");
    }
}
