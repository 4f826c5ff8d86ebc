using Orchestrator.Actors.Events.Filtering;
using Orchestrator.Actors.Events.Subscriptions;
using Orchestrator.Actors.FanOut.Selectors;

namespace Orchestrator.Host.Storage;

/// <summary>A <see cref="SubscriptionSpec"/> as it is stored: what was compiled is kept as its text.</summary>
internal sealed record StoredSubscriptionSpec
{
    public string? Name { get; init; }

    public required string Url { get; init; }

    public required IReadOnlyList<string> Types { get; init; }

    public string? Target { get; init; }

    public string? Filter { get; init; }

    public DeliveryMode Mode { get; init; }

    public required int MaxBatch { get; init; }

    public required double TimeoutMs { get; init; }

    public required int Retries { get; init; }

    public int? AllowedRate { get; init; }

    public static StoredSubscriptionSpec Of(SubscriptionSpec spec) => new()
    {
        Name = spec.Name,
        Url = spec.Url.OriginalString,
        Types = spec.Filter.Types,
        Target = spec.Filter.Vms?.Text,
        Filter = spec.Filter.Expression?.ToString(),
        Mode = spec.Mode,
        MaxBatch = spec.MaxBatch,
        TimeoutMs = spec.Timeout.TotalMilliseconds,
        Retries = spec.Retries,
        AllowedRate = spec.AllowedRate,
    };

    public SubscriptionSpec ToSpec() => new()
    {
        Name = Name,
        Url = new Uri(Url),
        Filter = new EventFilter { Types = Types, Vms = Target is null ? null : Selector(Target), Expression = Filter is null ? null : Expression(Filter) },
        Mode = Mode,
        MaxBatch = MaxBatch,
        Timeout = TimeSpan.FromMilliseconds(TimeoutMs),
        Retries = Retries,
        AllowedRate = AllowedRate,
    };

    /// <summary>It was compiled before it was stored.</summary>
    private static TargetSelector Selector(string text) =>
        TargetSelector.TryParse(text, out var selector, out var error) ? selector : throw new SubscriptionStoreException($"the selector of a subscription is not understood any more: {error.Message}");

    private static EventExpression Expression(string text) =>
        EventExpression.TryParse(text, out var expression, out var error) ? expression : throw new SubscriptionStoreException($"the filter of a subscription is not understood any more: {error.Message}");
}
