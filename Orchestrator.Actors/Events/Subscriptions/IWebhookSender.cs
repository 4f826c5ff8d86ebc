namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>Speaks to receivers. Any thread; nothing is thrown but for a cancelled token: what went wrong is an answer.</summary>
public interface IWebhookSender
{
    /// <summary>An event as it is sent.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="after">The cursor behind it.</param>
    WebhookDocument Encode(FleetEvent happened, EventCursor after);

    /// <summary>The event that tells of missing ones.</summary>
    /// <param name="host">VmHost of the log.</param>
    /// <param name="gap">What is missing.</param>
    /// <param name="after">The cursor behind it.</param>
    WebhookDocument Encode(string host, EventGap gap, EventCursor after);

    /// <summary>The event that tells that a log does not answer, or does again.</summary>
    /// <param name="notice">Which.</param>
    /// <param name="after">The cursor at which the reader stands.</param>
    WebhookDocument Encode(StreamNotice notice, EventCursor after);

    /// <summary>The event <c>io.orchestrator.subscription.test</c>.</summary>
    WebhookDocument EncodeTest(string subscriptionId, DateTimeOffset time);

    /// <summary>Sends once, within the subscription's deadline.</summary>
    Task<WebhookAnswer> SendAsync(WebhookRequest request, CancellationToken cancellationToken);

    /// <summary>Asks the receiver whether it wants events (CloudEvents webhook specification, section 4).</summary>
    Task<HandshakeAnswer> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancellationToken);
}

/// <summary>A CloudEvent, encoded.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Subject">Its subject, if it has one.</param>
/// <param name="Json">All of it, UTF-8.</param>
public sealed record WebhookDocument(string Type, string? Subject, ReadOnlyMemory<byte> Json);

/// <summary>What is sent.</summary>
/// <param name="Id">The same for every attempt: receivers know a repetition by it.</param>
/// <param name="Spec">Where to, in which form and with which deadline.</param>
/// <param name="Secrets">To sign with, the newest first.</param>
/// <param name="Documents">One at least; one exactly if the mode is structured.</param>
public sealed record WebhookRequest(string Id, SubscriptionSpec Spec, IReadOnlyList<string> Secrets, IReadOnlyList<WebhookDocument> Documents)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"{Id} to {Spec.Url}";
}

/// <summary>What came back.</summary>
/// <param name="Status">Of HTTP; <see langword="null"/> if there was no answer.</param>
/// <param name="Message">For people: status and beginning of the body, or what went wrong.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone.</param>
/// <param name="Elapsed">From the request's beginning.</param>
public sealed record WebhookAnswer(int? Status, string Message, TimeSpan? RetryAfter, TimeSpan Elapsed);

/// <summary>Whether a receiver wants events.</summary>
/// <param name="IsAllowed">Whether it does.</param>
/// <param name="Rate">Requests a minute that it allows, from 1 up; <see langword="null"/>: any number.</param>
/// <param name="Message">What came back, for people.</param>
public sealed record HandshakeAnswer(bool IsAllowed, int? Rate, string Message);
