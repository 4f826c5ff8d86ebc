using Akka.Actor;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>Says every few seconds that every duty is to be done: one whose node died is begun on another. One per node that has duties.</summary>
internal sealed class DutyReminder : UntypedActor, IWithTimers
{
    private readonly IActorRef _region;
    private readonly DutyEnvironment _environment;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public DutyReminder(IActorRef region, DutyEnvironment environment) => (_region, _environment) = (region, environment);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(IActorRef region, DutyEnvironment environment) => Props.Create(() => new DutyReminder(region, environment));

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(RemindDue), RemindDue.Instance, TimeSpan.Zero, _environment.Settings.RemindPause);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is not RemindDue)
        {
            Unhandled(message);
            return;
        }
        foreach (var duty in _environment.Duties)
            _region.Tell(new DutyMessages.Remind(duty));
    }

    private sealed class RemindDue : ILocalSignal
    {
        public static readonly RemindDue Instance = new();
    }
}
