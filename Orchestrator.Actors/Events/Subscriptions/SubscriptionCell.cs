namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What a subscription's actor knows for sure, so that one begun anew after a failure goes on from there. Written by that actor only.</summary>
internal sealed class SubscriptionCell(Subscription subscription)
{
    private volatile Subscription _current = subscription;

    /// <summary>As it is now.</summary>
    public Subscription Current
    {
        get => _current;
        set => _current = value;
    }
}
