using Akka.Actor;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>The need of one follower of events, at the <see cref="ObservationDesk"/> from its begin until it is disposed.</summary>
public sealed class StandingNeed : IDisposable
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(50);
    private readonly IActorRef _desk;
    private readonly ObservationCommands.Need _need;
    private readonly ITimer? _timer;

    private StandingNeed(IActorRef desk, EventFilter filter, TimeProvider time)
    {
        _desk = desk;
        _need = new ObservationCommands.Need(Guid.NewGuid().ToString("N"), filter.Aspects, filter.Vms);
        if (_need.Aspects == GuestAspects.None)
            return;
        _desk.Tell(_need);
        _timer = time.CreateTimer(_ => _desk.Tell(_need), null, Renewal, Renewal);
    }

    /// <summary>Begins to need what a filter names; nothing if it names no events for which guests must be looked at.</summary>
    /// <param name="desk">The <see cref="ObservationDesk"/>.</param>
    /// <param name="filter">Of the follower.</param>
    /// <param name="time">Clock of the renewals.</param>
    public static StandingNeed Begin(IActorRef desk, EventFilter filter, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(time);
        return new StandingNeed(desk, filter, time);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_timer is null)
            return;
        _timer.Dispose();
        _desk.Tell(new ObservationCommands.Forget(_need.Key));
    }
}
