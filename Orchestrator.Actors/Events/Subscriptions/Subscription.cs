namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>A subscription as it outlives the node.</summary>
public sealed record Subscription
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What it is to do.</summary>
    public required SubscriptionSpec Spec { get; init; }

    /// <summary>What its requests are signed with.</summary>
    public required WebhookSecrets Secrets { get; init; }

    /// <summary>How far it is.</summary>
    public required SubscriptionProgress Progress { get; init; }

    /// <summary>Why nothing is sent; <see langword="null"/> while it is.</summary>
    public SubscriptionPause? Pause { get; init; }

    /// <summary>Events that are kept because they could not be delivered.</summary>
    public int DeadLetters { get; init; }
}

/// <summary>How far a subscription is.</summary>
/// <param name="Cursor">Every event before it that fits was acknowledged, or is a dead letter.</param>
/// <param name="Delivered">Events that were acknowledged.</param>
/// <param name="Failed">Events that became dead letters.</param>
public sealed record SubscriptionProgress(EventCursor Cursor, long Delivered, long Failed);

/// <summary>Why a subscription sends nothing.</summary>
/// <param name="Cause">Who or what paused it.</param>
/// <param name="Reason">For people, with what to do.</param>
public sealed record SubscriptionPause(PauseCause Cause, string Reason);

/// <summary>Who or what paused a subscription.</summary>
public enum PauseCause
{
    /// <summary>Somebody asked.</summary>
    Asked,

    /// <summary>The receiver answered 410: it wants no more.</summary>
    Gone,

    /// <summary>One more dead letter would be lost.</summary>
    DeadLettersFull,
}

/// <summary>What one step of delivery changes, all of it or nothing.</summary>
/// <param name="Progress">From then on.</param>
/// <param name="Added">New dead letters; their <see cref="DeadLetter.Key"/> is not looked at.</param>
/// <param name="Removed">Keys of dead letters that were delivered.</param>
public sealed record SubscriptionChange(SubscriptionProgress Progress, IReadOnlyList<DeadLetter> Added, IReadOnlyList<long> Removed);

/// <summary>An event that could not be delivered.</summary>
public sealed record DeadLetter
{
    /// <summary>Its number in the store; later ones have larger ones.</summary>
    public long Key { get; init; }

    /// <summary>The event as it was, and is, sent.</summary>
    public required WebhookDocument Document { get; init; }

    /// <summary>What came back last.</summary>
    public required string Reason { get; init; }

    /// <summary>How often it was sent.</summary>
    public required int Attempts { get; init; }

    /// <summary>When it was given up.</summary>
    public required DateTimeOffset FailedAt { get; init; }
}
