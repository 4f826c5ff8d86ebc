namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>Where subscriptions outlive the node. Any thread; changes are applied in the order of the calls, and done when they are durable.</summary>
public interface ISubscriptionStore
{
    /// <summary>All of them, oldest first.</summary>
    /// <exception cref="SubscriptionStoreException">They cannot be read.</exception>
    Task<IReadOnlyList<Subscription>> LoadAsync();

    /// <summary>Takes a new one in.</summary>
    /// <exception cref="SubscriptionStoreException">It is not there.</exception>
    Task AddAsync(Subscription subscription);

    /// <summary>Forgets one with its dead letters; well also if there is none.</summary>
    /// <exception cref="SubscriptionStoreException">It is still there.</exception>
    Task RemoveAsync(string id);

    /// <summary>A step of delivery; nothing, if the subscription is not there any more.</summary>
    /// <returns>How many dead letters there are now; <see langword="null"/> if the change has nothing to do with them.</returns>
    /// <exception cref="SubscriptionStoreException">Nothing of it is there.</exception>
    Task<int?> SaveAsync(string id, SubscriptionChange change);

    /// <summary>That it sends nothing, or does again.</summary>
    /// <exception cref="SubscriptionStoreException">It is as before.</exception>
    Task SavePauseAsync(string id, SubscriptionPause? pause);

    /// <summary>Other secrets.</summary>
    /// <exception cref="SubscriptionStoreException">They are as before.</exception>
    Task SaveSecretsAsync(string id, WebhookSecrets secrets);

    /// <summary>A subscription's dead letters, oldest first.</summary>
    /// <param name="id">The subscription.</param>
    /// <param name="after">Key of the last one known; 0 for the first.</param>
    /// <param name="max">Most of them, from 1 up.</param>
    /// <exception cref="SubscriptionStoreException">They cannot be read.</exception>
    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, long after, int max);

    /// <summary>Those dead letters of a subscription that are there, oldest first.</summary>
    /// <exception cref="SubscriptionStoreException">They cannot be read.</exception>
    Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(string id, IReadOnlyList<long> keys);

    /// <summary>Keys of all dead letters of a subscription, oldest first.</summary>
    /// <exception cref="SubscriptionStoreException">They cannot be read.</exception>
    Task<IReadOnlyList<long>> DeadLetterKeysAsync(string id);
}

/// <summary>The store failed; the message says what to do.</summary>
public sealed class SubscriptionStoreException(string message, Exception? inner = null) : Exception(message, inner);
