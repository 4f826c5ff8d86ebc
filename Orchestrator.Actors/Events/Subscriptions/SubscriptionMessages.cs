using Akka.Actor;
using Akka.Event;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>"Do": sent by a gateway to the <see cref="SubscriptionSupervisor"/>. Any may be answered with <see cref="SubscriptionReplies.Rejected"/>.</summary>
public static class SubscriptionCommands
{
    /// <summary>Makes a subscription. Answer: <see cref="SubscriptionReplies.One"/> with its secret.</summary>
    /// <param name="Spec">What it is to do.</param>
    /// <param name="From">Where it begins; <see langword="null"/>: what comes from now on.</param>
    /// <param name="Secret">Valid; <see langword="null"/>: a new one.</param>
    /// <param name="Handshake">Whether the receiver is asked first.</param>
    public sealed record Create(SubscriptionSpec Spec, EventCursor? From, string? Secret, bool Handshake) : INoSerializationVerificationNeeded
    {
        /// <summary>Without the secret.</summary>
        public override string ToString() => $"create {Spec.Url}";
    }

    /// <summary>To one subscription.</summary>
    /// <param name="Id">The subscription.</param>
    public abstract record OfOne(string Id) : INoSerializationVerificationNeeded;

    /// <summary>Forgets it with its dead letters. Answer: <see cref="SubscriptionReplies.One"/>, as it was.</summary>
    public sealed record Delete(string Id) : OfOne(Id);

    /// <summary>Sends nothing more; what was sent goes on. Answer: <see cref="SubscriptionReplies.One"/>.</summary>
    public sealed record Pause(string Id) : OfOne(Id);

    /// <summary>Goes on where it was, at once. Answer: <see cref="SubscriptionReplies.One"/>.</summary>
    public sealed record Resume(string Id) : OfOne(Id);

    /// <summary>Sends a test event now, also while it is paused. Answer: <see cref="SubscriptionReplies.Tested"/>.</summary>
    public sealed record Test(string Id) : OfOne(Id);

    /// <summary>Changes the secret; the present one is used for a day more. Answer: <see cref="SubscriptionReplies.One"/> with the new one.</summary>
    public sealed record Rotate(string Id, string Secret) : OfOne(Id)
    {
        /// <summary>Without the secret.</summary>
        public override string ToString() => $"rotate {Id}";
    }

    /// <summary>Sends dead letters again, once each, before anything else, also while it is paused. Answer: <see cref="SubscriptionReplies.Queued"/>.</summary>
    /// <param name="Id">The subscription.</param>
    /// <param name="Keys">Which; <see langword="null"/>: all.</param>
    public sealed record Redeliver(string Id, IReadOnlyList<long>? Keys) : OfOne(Id);

    /// <summary>Forgets dead letters. Answer: <see cref="SubscriptionReplies.Queued"/>.</summary>
    /// <param name="Id">The subscription.</param>
    /// <param name="Keys">Which; <see langword="null"/>: all.</param>
    public sealed record Discard(string Id, IReadOnlyList<long>? Keys) : OfOne(Id);
}

/// <summary>"Tell me": sent by a gateway to the <see cref="SubscriptionSupervisor"/>.</summary>
public static class SubscriptionQueries
{
    /// <summary>All, oldest first. Answer: <see cref="SubscriptionReplies.Many"/>.</summary>
    public sealed class List : INoSerializationVerificationNeeded
    {
        /// <summary>The only one.</summary>
        public static readonly List Instance = new();

        private List()
        {
        }
    }

    /// <summary>One. Answer: <see cref="SubscriptionReplies.One"/>.</summary>
    public sealed record Get(string Id) : SubscriptionCommands.OfOne(Id);

    /// <summary>Dead letters, oldest first. Answer: <see cref="SubscriptionReplies.Letters"/>.</summary>
    /// <param name="Id">The subscription.</param>
    /// <param name="After">Key of the last one known; 0 for the first.</param>
    /// <param name="Max">Most of them, from 1 up.</param>
    public sealed record DeadLetters(string Id, long After, int Max) : SubscriptionCommands.OfOne(Id);
}

/// <summary>Answers of the <see cref="SubscriptionSupervisor"/>.</summary>
public static class SubscriptionReplies
{
    /// <summary>A subscription, and its secret where it is told.</summary>
    public sealed record One(SubscriptionSnapshot Snapshot, string? Secret = null) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Without the secret.</summary>
        public override string ToString() => Snapshot.Subscription.Id;
    }

    /// <summary>Subscriptions.</summary>
    public sealed record Many(IReadOnlyList<SubscriptionSnapshot> Snapshots) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>What came back to a test.</summary>
    public sealed record Tested(WebhookAnswer Answer) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Dead letters.</summary>
    public sealed record Letters(IReadOnlyList<DeadLetter> Items) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>How many dead letters it is about.</summary>
    public sealed record Queued(int Count) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>It is not done.</summary>
    /// <param name="Code">Stable code of the API.</param>
    /// <param name="Detail">Why, and what to do.</param>
    public sealed record Rejected(string Code, string Detail) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>Of a <see cref="WebhookActor"/> to itself.</summary>
/// <param name="Life">Of which of its lives: what an earlier one had begun is of no use.</param>
internal abstract record WebhookSignal(object Life) : ILocalSignal
{
    internal sealed record PageRead(object Life, EventPage Page) : WebhookSignal(Life);

    internal sealed record NotRead(object Life, string? Message) : WebhookSignal(Life);

    internal sealed record Answered(object Life, Delivery Delivery, WebhookAnswer Answer) : WebhookSignal(Life);

    internal sealed record Saved(object Life, SubscriptionChange Change, int? DeadLetters) : WebhookSignal(Life);

    internal sealed record NotSaved(object Life, string Message) : WebhookSignal(Life);

    internal sealed record DutyLost(object Life) : WebhookSignal(Life);

    internal sealed record PauseKept(object Life, IActorRef? Requester, string? Failure) : WebhookSignal(Life);

    internal sealed record SecretsKept(object Life, IActorRef Requester, WebhookSecrets Secrets, string? Failure) : WebhookSignal(Life);

    internal sealed record Tested(object Life, IActorRef Requester, WebhookAnswer Answer) : WebhookSignal(Life);

    internal sealed record KeysFound(object Life, IActorRef Requester, IReadOnlyList<long> Keys, bool Discard, string? Failure) : WebhookSignal(Life);

    internal sealed record LettersRead(object Life, IReadOnlyList<DeadLetter> Letters, string? Failure) : WebhookSignal(Life);

    internal sealed record Due(object Life, string Timer) : WebhookSignal(Life);
}

/// <summary>Of a <see cref="SubscriptionSupervisor"/> to itself and its children.</summary>
internal static class SubscriptionSignals
{
    internal sealed record Loaded(IReadOnlyList<Subscription> Subscriptions) : ILocalSignal;

    internal sealed record NotLoaded(string Message) : ILocalSignal;

    internal sealed class LoadDue : ILocalSignal
    {
        public static readonly LoadDue Instance = new();

        private LoadDue()
        {
        }
    }

    internal sealed record Created(Subscription Subscription, IActorRef Requester) : ILocalSignal;

    internal sealed record NotCreated(SubscriptionReplies.Rejected Answer, IActorRef Requester) : ILocalSignal;

    internal sealed record Removed(string Id, IActorRef Requester, SubscriptionSnapshot Was, SubscriptionReplies.Rejected? Failure) : ILocalSignal;

    internal sealed record RestartDue(string Id) : ILocalSignal;
}
