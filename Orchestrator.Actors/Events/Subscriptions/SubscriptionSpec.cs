using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>How events become requests (CloudEvents HTTP binding).</summary>
public enum DeliveryMode
{
    /// <summary>One event in each, <c>application/cloudevents+json</c>.</summary>
    Structured,

    /// <summary>An array of them, <c>application/cloudevents-batch+json</c>.</summary>
    Batched,
}

/// <summary>What a subscription is to do. Never changed.</summary>
public sealed record SubscriptionSpec
{
    /// <summary>Most events of one request.</summary>
    public const int LargestBatch = 256;

    /// <summary>Most attempts after the first.</summary>
    public const int MostRetries = 100;

    /// <summary>Unless told otherwise: about three quarters of an hour of a receiver that is not there.</summary>
    public const int DefaultRetries = 12;

    /// <summary>Unless told otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Shortest deadline of a request.</summary>
    public static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Longest deadline of a request.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(60);

    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary>Receiver: <c>http</c> or <c>https</c>, without user and fragment.</summary>
    public required Uri Url { get; init; }

    /// <summary>Which events it gets.</summary>
    public EventFilter Filter { get; init; } = EventFilter.Everything;

    /// <summary>One event in each request, or several.</summary>
    public DeliveryMode Mode { get; init; }

    /// <summary>Most events of one request, 1 to <see cref="LargestBatch"/>; 1 where <see cref="Mode"/> is structured.</summary>
    public int MaxBatch { get; init; } = 1;

    /// <summary>From the request's beginning to the end of its answer.</summary>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>Attempts after the first, 0 to <see cref="MostRetries"/>, before the events become dead letters.</summary>
    public int Retries { get; init; } = DefaultRetries;

    /// <summary>Requests a minute that the receiver allowed, from 1 up; <see langword="null"/>: any number.</summary>
    public int? AllowedRate { get; init; }
}
