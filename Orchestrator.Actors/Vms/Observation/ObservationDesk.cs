using Akka.Actor;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>
/// Knows who needs to know what of guests, and tells the <see cref="VmHostSupervisor"/> whenever that changes: without a need, no guest is looked at.
/// A need that is not renewed expires, so that nobody has to be there to take it back. One per node.
/// </summary>
public sealed class ObservationDesk : UntypedActor, IWithTimers
{
    /// <summary>How long a need stays that is not renewed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(120);

    /// <summary>Needs that are told apart; those beyond are joined to one, of all their aspects and for all VMs, which stays while one of them is renewed.</summary>
    public const int MaxNeeds = 1024;

    private const string ExpiryTimer = "expiry";

    private readonly IActorRef _vmHost;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (ObservationNeed Need, Deadline Until)> _needs = new(StringComparer.Ordinal);
    private (GuestAspects Aspects, Deadline Until) _joined;
    private HashSet<ObservationNeed> _told = [];

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ObservationDesk(IActorRef vmHost, TimeProvider time) => (_vmHost, _time) = (vmHost, time);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    /// <param name="vmHost">The <see cref="VmHostSupervisor"/>.</param>
    /// <param name="time">Clock of the needs' lifetimes.</param>
    public static Props PropsFor(IActorRef vmHost, TimeProvider time) => Props.Create(() => new ObservationDesk(vmHost, time));

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ObservationCommands.Need { Aspects: not GuestAspects.None } need:
                OnNeed(need);
                break;
            case ObservationCommands.Need none:
                OnForget(none.Key);
                break;
            case ObservationCommands.Forget forget:
                OnForget(forget.Key);
                break;
            case ObservationSignals.ExpiryDue:
                OnExpiryDue();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnNeed(ObservationCommands.Need need)
    {
        var until = Deadline.After(Lifetime, _time);
        if (_needs.ContainsKey(need.Key) || _needs.Count < MaxNeeds)
            _needs[need.Key] = (new ObservationNeed(need.Aspects, need.Vms), until);
        else
            _joined = (_joined.Aspects | need.Aspects, until);
        Tell();
    }

    private void OnForget(string key)
    {
        if (_needs.Remove(key))
            Tell();
    }

    private void OnExpiryDue()
    {
        foreach (var key in _needs.Where(entry => IsOver(entry.Value.Until)).Select(entry => entry.Key).ToArray())
            _needs.Remove(key);
        if (IsOver(_joined.Until))
            _joined = default;
        Tell();
    }

    /// <summary>Renewals change nothing for the VMs.</summary>
    private void Tell()
    {
        WatchExpiry();
        var needs = _needs.Values.Select(entry => entry.Need).ToHashSet();
        if (_joined.Aspects != GuestAspects.None)
            needs.Add(new ObservationNeed(_joined.Aspects, null));
        if (needs.SetEquals(_told))
            return;
        _told = needs;
        _vmHost.Tell(new VmHostCommands.SetObservation([.. needs]));
    }

    private void WatchExpiry()
    {
        if (_needs.Count == 0 && _joined.Aspects == GuestAspects.None)
            Timers.Cancel(ExpiryTimer);
        else if (!Timers.IsTimerActive(ExpiryTimer))
            Timers.StartSingleTimer(ExpiryTimer, ObservationSignals.ExpiryDue.Instance, NextExpiry());
    }

    /// <summary>Not each renewal moves the timer: it may come a while before anything expires.</summary>
    private TimeSpan NextExpiry()
    {
        var untils = _needs.Values.Select(entry => entry.Until).Concat(_joined.Aspects == GuestAspects.None ? [] : [_joined.Until]);
        return untils.Min(until => until.Remaining(_time));
    }

    private bool IsOver(Deadline until) => until.Remaining(_time) == TimeSpan.Zero;
}
