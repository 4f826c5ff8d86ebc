using System.Globalization;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Host.Api;

/// <summary>A webhook subscription as the API shows it (docs/WEBHOOKS.md).</summary>
public sealed record SubscriptionView
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    /// <summary>For people.</summary>
    public string? Name { get; init; }

    /// <summary>Receiver.</summary>
    public required string Url { get; init; }

    /// <summary>Globs over the events' types; none: every event.</summary>
    public required IReadOnlyList<string> Type { get; init; }

    /// <summary>Selector of VMs.</summary>
    public string? Target { get; init; }

    /// <summary>What must hold of the events; absent for nothing.</summary>
    public string? Filter { get; init; }

    /// <summary>One event in each request, or several.</summary>
    public required DeliveryMode Mode { get; init; }

    /// <summary>Most events of a request.</summary>
    public required int MaxBatch { get; init; }

    /// <summary>Deadline of a request.</summary>
    public required double TimeoutMs { get; init; }

    /// <summary>Attempts after the first.</summary>
    public required int Retries { get; init; }

    /// <summary>Requests a minute that the receiver allowed.</summary>
    public int? AllowedRate { get; init; }

    /// <summary>How it goes.</summary>
    public required SubscriptionStatus Status { get; init; }

    /// <summary>Why it is paused.</summary>
    public PauseView? Pause { get; init; }

    /// <summary>Everything before it is delivered, or a dead letter.</summary>
    public required string Cursor { get; init; }

    /// <summary>Events that were acknowledged.</summary>
    public required long Delivered { get; init; }

    /// <summary>Events that became dead letters.</summary>
    public required long Failed { get; init; }

    /// <summary>Dead letters that are kept.</summary>
    public required int DeadLetters { get; init; }

    /// <summary>Dead letters that are to be sent again.</summary>
    public int? Redelivering { get; init; }

    /// <summary>Events behind the cursor, whether they fit or not.</summary>
    public long? Lag { get; init; }

    /// <summary>What went wrong last.</summary>
    public string? LastError { get; init; }

    /// <summary>When the next attempt is made.</summary>
    public DateTimeOffset? NextTry { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Only in the answers that make it.</summary>
    public string? Secret { get; init; }

    /// <summary>Until when requests are also signed with the secret before.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; init; }

    /// <summary>From the actor's answer.</summary>
    public static SubscriptionView Of(SubscriptionReplies.One answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Of(answer.Snapshot) with { Secret = answer.Secret };
    }

    /// <summary>From the actor's picture.</summary>
    public static SubscriptionView Of(SubscriptionSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var (known, spec) = (snapshot.Subscription, snapshot.Subscription.Spec);
        return new SubscriptionView
        {
            Id = known.Id,
            Name = spec.Name,
            Url = spec.Url.OriginalString,
            Type = spec.Filter.Types,
            Target = spec.Filter.Vms?.Text,
            Filter = spec.Filter.Expression?.ToString(),
            Mode = spec.Mode,
            MaxBatch = spec.MaxBatch,
            TimeoutMs = spec.Timeout.TotalMilliseconds,
            Retries = spec.Retries,
            AllowedRate = spec.AllowedRate,
            Status = snapshot.Status,
            Pause = known.Pause is { } pause ? new PauseView(pause.Cause, pause.Reason) : null,
            Cursor = known.Progress.Cursor.ToString(),
            Delivered = known.Progress.Delivered,
            Failed = known.Progress.Failed,
            DeadLetters = known.DeadLetters,
            Redelivering = snapshot.Redelivering > 0 ? snapshot.Redelivering : null,
            Lag = snapshot.Lag,
            LastError = snapshot.LastError,
            NextTry = snapshot.NextTry,
            CreatedAt = known.CreatedAt,
            PreviousSecretUntil = known.Secrets.PreviousUntil,
        };
    }
}

/// <summary>Why a subscription is paused.</summary>
public sealed record PauseView(PauseCause Cause, string Reason);

/// <summary>An event that could not be delivered.</summary>
/// <param name="Id">For <c>:redeliver</c> and <c>:discard</c>.</param>
/// <param name="Reason">What came back last.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="FailedAt">When it was given up.</param>
/// <param name="Event">The event as it was sent.</param>
public sealed record DeadLetterView(string Id, string Reason, int Attempts, DateTimeOffset FailedAt, RawJson Event)
{
    /// <summary>From the store.</summary>
    public static DeadLetterView Of(DeadLetter letter)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return new DeadLetterView(letter.Key.ToString(CultureInfo.InvariantCulture), letter.Reason, letter.Attempts, letter.FailedAt, new RawJson(letter.Document.Json));
    }
}

/// <summary>Dead letters, oldest first.</summary>
/// <param name="Items">Some.</param>
/// <param name="Next">To be given as <c>after</c>; left out at the end.</param>
public sealed record DeadLettersView(IReadOnlyList<DeadLetterView> Items, string? Next);

/// <summary>How many dead letters a request is about.</summary>
public sealed record DeadLetterCountView(int DeadLetters);

/// <summary>What came back to a test.</summary>
/// <param name="Delivered">Whether the receiver acknowledged it.</param>
/// <param name="Status">Of HTTP; left out if there was no answer.</param>
/// <param name="Message">The same for people.</param>
/// <param name="ElapsedMs">From the request's beginning.</param>
public sealed record WebhookTestView(bool Delivered, int? Status, string Message, double ElapsedMs)
{
    /// <summary>From the actor's answer.</summary>
    public static WebhookTestView Of(WebhookAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new WebhookTestView(answer.Status is >= 200 and < 300, answer.Status, answer.Message, answer.Elapsed.TotalMilliseconds);
    }
}
