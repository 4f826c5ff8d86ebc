using System.Globalization;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Api;

/// <summary>Body of <c>POST /v1/subscriptions</c>.</summary>
public sealed record SubscriptionRequest
{
    /// <summary>For people, at most 256 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Receiver, <c>http</c> or <c>https</c>.</summary>
    public string? Url { get; init; }

    /// <summary>Globs over the events' types, one of which must fit; every event by default.</summary>
    public IReadOnlyList<string>? Type { get; init; }

    /// <summary>Selector of VMs; all by default.</summary>
    public string? Target { get; init; }

    /// <summary>What must hold of the events (docs/EVENTS.md); nothing by default.</summary>
    public string? Filter { get; init; }

    /// <summary><c>whsec_</c> and the base64 of 24 to 64 bytes; a new one by default.</summary>
    public string? Secret { get; init; }

    /// <summary><c>now</c> by default, <c>beginning</c>, or a cursor of <c>/v1/events</c>.</summary>
    public string? From { get; init; }

    /// <summary>One event in each request, or several; <c>Structured</c> by default.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>Most events of a request, 1 to 256; 100 by default where the mode is <c>Batched</c>.</summary>
    public int? MaxBatch { get; init; }

    /// <summary>Deadline of a request; 10,000 by default, 1,000 to 60,000.</summary>
    public double? TimeoutMs { get; init; }

    /// <summary>Attempts after the first; 12 by default, 0 to 100.</summary>
    public int? Retries { get; init; }

    /// <summary>Whether the receiver is asked first whether it wants events; it is by default.</summary>
    public bool? Handshake { get; init; }
}

/// <summary>Body of <c>POST /v1/subscriptions/{id}:rotate</c>.</summary>
public sealed record RotateRequest
{
    /// <summary>The new secret; one that cannot be guessed by default.</summary>
    public string? Secret { get; init; }
}

/// <summary>Body of <c>POST /v1/subscriptions/{id}:redeliver</c> and <c>:discard</c>: one of the two.</summary>
public sealed record DeadLettersRequest
{
    /// <summary>Some.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>All.</summary>
    public bool All { get; init; }
}

/// <summary>Checks them, before anything is done.</summary>
internal static class SubscriptionRequests
{
    private const int MaxName = 256;
    private const int MaxUrl = 2048;
    private const int MaxTypes = 64;
    private const int MaxType = 256;
    private const int MaxIds = 10_000;
    private const int DefaultBatch = 100;

    /// <exception cref="RequestException">The request cannot be carried out as it is.</exception>
    public static SubscriptionCommands.Create Parse(SubscriptionRequest request) => new(SpecOf(request), CursorOf(request.From), SecretOf(request.Secret), request.Handshake ?? true);

    /// <exception cref="RequestException">The secret is none.</exception>
    public static SubscriptionCommands.Rotate Parse(string id, RotateRequest request) => new(id, SecretOf(request.Secret) ?? WebhookSecrets.Create());

    /// <returns>Keys of dead letters; <see langword="null"/> for all.</returns>
    /// <exception cref="RequestException">It does not say which.</exception>
    public static IReadOnlyList<long>? Parse(DeadLettersRequest? request)
    {
        if (request is null || request.All == request.Ids is not null)
            throw Invalid("say which dead letters: 'ids', or 'all': true");
        if (request.Ids is not { } ids)
            return null;
        if (ids.Count is 0 or > MaxIds)
            throw Invalid($"'ids' must have 1 to {MaxIds} items");
        return [.. ids.Select(id => KeyOf(id, "ids"))];
    }

    /// <exception cref="RequestException">It is no id of a dead letter.</exception>
    public static long KeyOf(string? id, string member) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var key) ? key : throw Invalid($"'{member}': '{id}' is no id of a dead letter");

    private static SubscriptionSpec SpecOf(SubscriptionRequest request)
    {
        if (request.Name is { Length: 0 or > MaxName })
            throw Invalid($"'name' must have 1 to {MaxName} characters");
        return new SubscriptionSpec
        {
            Name = request.Name,
            Url = UrlOf(request.Url),
            Filter = new EventFilter { Types = TypesOf(request.Type), Vms = request.Target is null ? null : JobRequests.ParseSelector(request.Target), Expression = request.Filter is null ? null : EventQuery.ParseExpression(request.Filter) },
            Mode = Enum.IsDefined(request.Mode) ? request.Mode : throw Invalid("'mode' must be Structured or Batched"),
            MaxBatch = BatchOf(request),
            Timeout = TimeoutOf(request.TimeoutMs),
            Retries = request.Retries switch
            {
                null => SubscriptionSpec.DefaultRetries,
                >= 0 and <= SubscriptionSpec.MostRetries => request.Retries.Value,
                _ => throw Invalid($"'retries' must be 0 to {SubscriptionSpec.MostRetries}"),
            },
        };
    }

    private static Uri UrlOf(string? url)
    {
        if (url is null || url.Length > MaxUrl || !Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw Invalid($"'url' must be an http or https URL of at most {MaxUrl} characters");
        if (parsed.UserInfo.Length > 0 || parsed.Fragment.Length > 0)
            throw Invalid("'url' must have no user, password or fragment in it: requests are signed, that is how a receiver knows them");
        return parsed;
    }

    private static IReadOnlyList<string> TypesOf(IReadOnlyList<string>? types) => types switch
    {
        null => [],
        { Count: <= MaxTypes } when types.All(type => type is { Length: > 0 and <= MaxType }) => types,
        _ => throw Invalid($"'type' must have at most {MaxTypes} globs of 1 to {MaxType} characters"),
    };

    private static int BatchOf(SubscriptionRequest request) => (request.Mode, request.MaxBatch) switch
    {
        (DeliveryMode.Structured, null or 1) => 1,
        (DeliveryMode.Structured, _) => throw Invalid("'maxBatch' is for the mode Batched: in a Structured request is one event"),
        (_, null) => DefaultBatch,
        (_, >= 1 and <= SubscriptionSpec.LargestBatch) => request.MaxBatch.Value,
        _ => throw Invalid($"'maxBatch' must be 1 to {SubscriptionSpec.LargestBatch}"),
    };

    private static TimeSpan TimeoutOf(double? milliseconds) => milliseconds switch
    {
        null => SubscriptionSpec.DefaultTimeout,
        { } given when given >= SubscriptionSpec.ShortestTimeout.TotalMilliseconds && given <= SubscriptionSpec.LongestTimeout.TotalMilliseconds => TimeSpan.FromMilliseconds(given),
        _ => throw Invalid($"'timeoutMs' must be {SubscriptionSpec.ShortestTimeout.TotalMilliseconds:0} to {SubscriptionSpec.LongestTimeout.TotalMilliseconds:0}"),
    };

    private static EventCursor? CursorOf(string? from) => from switch
    {
        null or "now" => null,
        "beginning" => EventCursor.Beginning,
        _ => EventCursor.TryParse(from, out var cursor) ? cursor : throw Invalid("'from' must be 'now', 'beginning' or a cursor that this program made"),
    };

    private static string? SecretOf(string? secret) =>
        secret is null || WebhookSecrets.IsValid(secret) ? secret : throw Invalid("'secret' must be 'whsec_' and the base64 of 24 to 64 bytes; leave it out for a new one");

    private static RequestException Invalid(string message) => new("invalid-request", message);
}
