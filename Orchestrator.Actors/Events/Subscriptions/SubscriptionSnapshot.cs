namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>How it goes.</summary>
public enum SubscriptionStatus
{
    /// <summary>Events are delivered as they happen.</summary>
    Active,

    /// <summary>Nothing is sent.</summary>
    Paused,

    /// <summary>The last request was not acknowledged.</summary>
    Failing,
}

/// <summary>A subscription as it stands.</summary>
public sealed record SubscriptionSnapshot
{
    /// <summary>What outlives the node.</summary>
    public required Subscription Subscription { get; init; }

    /// <summary>How it goes.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>Events of the logs behind its cursor, whether they fit or not; <see langword="null"/> if a log did not tell.</summary>
    public long? Lag { get; init; }

    /// <summary>What went wrong last since the node's start; <see langword="null"/> if nothing did since the last success.</summary>
    public string? LastError { get; init; }

    /// <summary>When the next attempt is made.</summary>
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>Dead letters that are to be sent again.</summary>
    public int Redelivering { get; init; }
}
