using Akka.Actor;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What every subscription of a node shares.</summary>
public sealed record SubscriptionEnvironment
{
    /// <summary>Where they are kept.</summary>
    public required ISubscriptionStore Store { get; init; }

    /// <summary>Speaks to receivers.</summary>
    public required IWebhookSender Sender { get; init; }

    /// <summary>The event logs that they read.</summary>
    public required EventLogs Logs { get; init; }

    /// <summary>The <see cref="ObservationDesk"/>, for subscriptions to events for which guests must be looked at.</summary>
    public IActorRef Observation { get; init; } = ActorRefs.Nobody;

    /// <summary>Clock of pauses and ids.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Numbers from 0 to 1, for pauses; any thread.</summary>
    public required Func<double> Chance { get; init; }

    /// <summary>Most subscriptions.</summary>
    public int MaxSubscriptions { get; init; } = 256;

    /// <summary>Dead letters of one subscription; before one more it is paused.</summary>
    public int MaxDeadLetters { get; init; } = 10_000;

    /// <summary>Events of one page in memory.</summary>
    public int PageSize { get; init; } = 256;

    /// <summary>How long a log is waited for before it is asked anew: one that was begun anew has forgotten who waits.</summary>
    public TimeSpan ReadPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far a subscription whose filter lets nothing pass is behind on disk.</summary>
    public TimeSpan CheckpointPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pauses after a store or a log that failed.</summary>
    public BackOff Retry { get; init; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>Before an actor that failed is begun anew.</summary>
    public TimeSpan RestartPause { get; init; } = TimeSpan.FromSeconds(5);
}
