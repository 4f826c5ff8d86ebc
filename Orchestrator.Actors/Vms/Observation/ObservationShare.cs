using Akka.Actor;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>
/// Stands between the <see cref="ObservationDesk"/> of a node and its <see cref="VmHostSupervisor"/>: tells the other nodes what readers here need, and
/// lets guests here be looked at for readers anywhere. What is said is said again and again, so that nothing lost on the way stays lost; needs of a
/// node that is not heard of any more expire. One per node that is in a cluster, <c>/user/observation-share</c>.
/// </summary>
public sealed class ObservationShare : UntypedActor, IWithTimers
{
    /// <summary>Name of the actor.</summary>
    public const string ActorName = "observation-share";

    /// <summary>Longest time after which needs are told again.</summary>
    public static readonly TimeSpan TellPause = TimeSpan.FromSeconds(30);

    private readonly string _node;
    private readonly IActorRef _vmHost;
    private readonly TimeProvider _time;
    private readonly long _life;
    private readonly Dictionary<string, IActorRef> _peers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ShareMessages.NeedsOf Newest, Deadline Until)> _others = new(StringComparer.Ordinal);
    private IReadOnlyList<ObservationNeed> _own = [];
    private HashSet<ObservationNeed> _told = [];
    private long _version;

    private sealed class TellDue : ILocalSignal
    {
        public static readonly TellDue Instance = new();
    }

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ObservationShare(string node, IActorRef vmHost, TimeProvider time) => (_node, _vmHost, _time, _life) = (node, vmHost, time, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props. Give it to the <see cref="ObservationDesk"/> in the place of the <see cref="VmHostSupervisor"/>.</summary>
    /// <param name="node">Name of this node.</param>
    /// <param name="vmHost">The <see cref="VmHostSupervisor"/>.</param>
    /// <param name="time">Clock of the needs' lifetimes.</param>
    public static Props PropsFor(string node, IActorRef vmHost, TimeProvider time) => Props.Create(() => new ObservationShare(node, vmHost, time));

    /// <inheritdoc/>
    protected override void PreStart() => Timers.StartPeriodicTimer(nameof(TellDue), TellDue.Instance, TellPause, TellPause);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case VmHostCommands.SetObservation own:
                _own = own.Needs;
                _version++;
                TellPeers(_peers.Values);
                TellVmHost();
                break;
            case ShareMessages.NeedsOf needs:
                OnNeeds(needs);
                break;
            case ShareCommands.Join join when join.Node != _node:
                _peers[join.Node] = join.Share;
                TellPeers([join.Share]);
                break;
            case ShareCommands.Join:
                break;
            case ShareCommands.Leave leave:
                _peers.Remove(leave.Node);
                if (_others.Remove(leave.Node))
                    TellVmHost();
                break;
            case TellDue:
                TellPeers(_peers.Values);
                Expire();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnNeeds(ShareMessages.NeedsOf needs)
    {
        if (needs.Node == _node || (_others.TryGetValue(needs.Node, out var known) && known.Newest.IsAfter(needs)))
            return;
        _others[needs.Node] = (needs, Deadline.After(ObservationDesk.Lifetime, _time));
        TellVmHost();
    }

    private void Expire()
    {
        foreach (var node in _others.Where(other => other.Value.Until.Remaining(_time) == TimeSpan.Zero).Select(other => other.Key).ToArray())
            _others.Remove(node);
        TellVmHost();
    }

    private void TellPeers(IEnumerable<IActorRef> peers)
    {
        var needs = new ShareMessages.NeedsOf(_node, _life, _version, SharedNeeds.Write(_own));
        foreach (var peer in peers)
            peer.Tell(needs);
    }

    /// <summary>What is said again changes nothing for the VMs.</summary>
    private void TellVmHost()
    {
        var needs = _own.Concat(_others.Values.SelectMany(other => SharedNeeds.Read(other.Newest.Needs))).ToHashSet();
        if (needs.SetEquals(_told))
            return;
        _told = needs;
        _vmHost.Tell(new VmHostCommands.SetObservation([.. needs]));
    }
}
