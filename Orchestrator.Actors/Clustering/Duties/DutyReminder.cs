using Akka.Actor;
using Akka.Cluster;

namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>
/// Says every few seconds that every duty is to be done: one whose node died is begun on another. One per node that has duties. The more nodes there are, the less often does
/// each: a duty hears as much of many as of three.
/// </summary>
internal sealed class DutyReminder : UntypedActor, IWithTimers
{
    private readonly IActorRef _region;
    private readonly DutyEnvironment _environment;

    private const int FewNodes = 3;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public DutyReminder(IActorRef region, DutyEnvironment environment) => (_region, _environment) = (region, environment);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(IActorRef region, DutyEnvironment environment) => Props.Create(() => new DutyReminder(region, environment));

    /// <inheritdoc/>
    protected override void PreStart() => Self.Tell(RemindDue.Instance);

    /// <summary>Between two reminders of a node that is one of so many.</summary>
    public static TimeSpan PauseOf(TimeSpan pause, int nodes) => pause * Math.Max(1, nodes / (double)FewNodes);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is not RemindDue)
        {
            Unhandled(message);
            return;
        }
        Timers.StartSingleTimer(nameof(RemindDue), RemindDue.Instance, PauseOf(_environment.Settings.RemindPause, Members()));
        foreach (var duty in _environment.Duties)
            _region.Tell(new DutyMessages.Remind(duty));
    }

    private static int Members() => Context.System.HasExtension<Cluster>() ? Cluster.Get(Context.System).State.Members.Count : 1;

    private sealed class RemindDue : ILocalSignal
    {
        public static readonly RemindDue Instance = new();
    }
}
