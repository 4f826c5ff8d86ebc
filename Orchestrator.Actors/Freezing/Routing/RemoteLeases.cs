using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>The part of a group that one node has.</summary>
/// <param name="GroupId">The group.</param>
/// <param name="Spec">What was asked.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="Fleet">How its VMs are reached.</param>
/// <param name="Time">Clock.</param>
internal sealed record NodeGroup(string GroupId, FreezeSpec Spec, string Node, FleetLeases Fleet, TimeProvider Time);

/// <summary>
/// Stands for the VMs of one node that a group has: takes the same <see cref="LeaseCommands"/> as they, and tells the group the same <see cref="LeaseEvents"/>.
/// What is wanted is said to the node until it is so. Child of a <see cref="FreezeGroupActor"/>.
/// </summary>
internal sealed class RemoteLeases : UntypedActor, IWithTimers
{
    private static readonly TimeSpan TickPause = TimeSpan.FromSeconds(2);

    /// <summary>For the router's answer to an order; then nobody knows how its leases stand.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private readonly NodeGroup _group;
    private readonly IReadOnlyDictionary<string, RemoteLease> _leases;
    private readonly long _startedAt;
    private ICanTell? _router;
    private int? _incarnation;
    private WireCommand? _freeze;
    private long _after;
    private long? _askedAt;
    private bool _isLost;
    private bool _sendDue;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public RemoteLeases(NodeGroup group, IReadOnlyDictionary<string, RemoteLease> leases) => (_group, _leases, _startedAt) = (group, leases, group.Time.GetTimestamp());

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(NodeGroup group, IReadOnlyDictionary<string, RemoteLease> leases) => Props.Create(() => new RemoteLeases(group, leases));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _group.Fleet.Nodes.Tell(NodeCommands.Follow.Instance);
        Timers.StartPeriodicTimer(nameof(Due.Tick), Due.Tick, TickPause);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseCommands.Prepare prepare:
                _freeze ??= new WireCommand(CommandRoute.Guest, prepare.Freeze.Name, prepare.Freeze.Arguments.ToArray(), ConditionPolicy.Default);
                Want(prepare.Lease.Id, LeaseWant.Prepare, lease => lease.Given = prepare.Lease);
                break;
            case LeaseCommands.Freeze freeze:
                Want(freeze.LeaseId, LeaseWant.Freeze, static _ => { });
                break;
            case LeaseCommands.Thaw thaw:
                Want(thaw.LeaseId, LeaseWant.Thaw, lease => lease.Cause = thaw.Cause);
                break;
            case LeaseCommands.Watch watch:
                Want(watch.LeaseId, LeaseWant.Watch, static _ => { });
                break;
            case LeaseCommands.Extend extend:
                OnExtend(extend);
                break;
            case LeaseRouterEvents.Report report when report.Incarnation == _incarnation:
                OnReport(report);
                break;
            case LeaseRouterEvents.Refused refused when refused.Epoch > _group.Fleet.Claim.Epoch:
                Context.Parent.Tell(Clustering.Duties.DutyLost.Instance);
                break;
            case NodeEvents.Up up when up.Info.Name == _group.Node:
                OnUp(up.Info);
                break;
            case NodeEvents.Unreachable unreachable when IsOfNow(unreachable.Info):
                OnDown($"node {_group.Node} does not answer");
                break;
            case NodeEvents.Gone gone when IsOfNow(gone.Info):
                OnDown($"node {_group.Node} is no member of the cluster any more");
                break;
            case NodeEvents.Forgotten forgotten when forgotten.Name == _group.Node:
                OnDown($"node {_group.Node} was taken out of the cluster");
                break;
            case Due due when due == Due.Send:
                _sendDue = false;
                Send(isLook: false);
                break;
            case Due:
                OnTick();
                break;
            case ILocalSignal or LeaseRouterEvents.Report or LeaseRouterEvents.Refused or NodeEvents.Up or NodeEvents.Unreachable or NodeEvents.Gone or NodeEvents.Forgotten:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>Word of a process of the node that another one has replaced comes late.</summary>
    private bool IsOfNow(NodeInfo node) => node.Name == _group.Node && (_incarnation is null || node.Incarnation == _incarnation);

    private void Want(string leaseId, LeaseWant want, Action<RemoteLease> more)
    {
        if (!_leases.TryGetValue(leaseId, out var lease) || lease.Want == LeaseWant.Thaw || lease.HasEnded || (lease.Given is null && want != LeaseWant.Prepare))
            return;
        lease.Want = want;
        more(lease);
        if (want == LeaseWant.Prepare && _freeze!.Arguments.Length > WireLimits.MaxCommand)
            Put(leaseId, new LeaseReport(leaseId, 0, LeaseReportKind.Denied) { Reason = Reasons.InvalidArgument, Message = $"the mount points are {_freeze.Arguments.Length} bytes, more than {WireLimits.MaxCommand} that go to another node: name fewer" });
        else if (_isLost)
            TellLost([leaseId], $"node {_group.Node} does not answer");
        SendSoon();
    }

    private void OnExtend(LeaseCommands.Extend extend)
    {
        if (!_leases.TryGetValue(extend.LeaseId, out var lease) || lease.HasEnded || _isLost)
        {
            Context.Parent.Tell(new LeaseReplies.Extended(extend.LeaseId, null));
            return;
        }
        lease.Extension++;
        (lease.ExtendBy, lease.IsExtending) = (extend.Ttl, true);
        SendSoon();
    }

    private void OnUp(NodeInfo node)
    {
        if (_incarnation is { } before && before != node.Incarnation)
        {
            foreach (var lease in _leases.Values)
                lease.ToOther();
        }
        if (_incarnation != node.Incarnation)
            _after = 0;
        (_router, _incarnation, _askedAt) = (_group.Fleet.RouterOf(node, Context.System), node.Incarnation, null);
        Send(isLook: true);
    }

    private void OnDown(string why)
    {
        _router = null;
        if (!_isLost)
            Lose(why);
    }

    /// <summary>What was never sent is not frozen; what was, nobody knows.</summary>
    private void Lose(string why)
    {
        _isLost = true;
        foreach (var (id, lease) in _leases.Where(lease => lease.Value is { IsExtending: true }))
        {
            lease.IsExtending = false;
            Context.Parent.Tell(new LeaseReplies.Extended(id, null));
        }
        TellLost(_leases.Keys, why);
    }

    private void TellLost(IEnumerable<string> leaseIds, string why)
    {
        var sent = new List<string>();
        foreach (var id in leaseIds)
        {
            var lease = _leases[id];
            if (lease.HasEnded || lease.Given is null)
                continue;
            if (lease.IsSent || lease.Want == LeaseWant.Watch)
                sent.Add(id);
            else
                Put(id, new LeaseReport(id, 0, LeaseReportKind.Denied) { Reason = Reasons.HostUnreachable, Message = $"{why}: nothing was sent" });
        }
        if (sent.Count > 0)
            Context.Parent.Tell(new LeaseEvents.Lost(sent, why));
    }

    private void OnTick()
    {
        if (_leases.Values.All(lease => lease.HasEnded || lease.Given is null))
            return;
        _askedAt ??= _group.Time.GetTimestamp();
        if (!_isLost && _group.Time.GetElapsedTime(_askedAt.Value) >= Patience)
            Lose(_router is null ? $"node {_group.Node} is not known here" : $"node {_group.Node} does not answer about leases: see its log, and whether its version is older");
        Send(isLook: true);
    }

    /// <summary>What comes from the group in one go, goes in one message.</summary>
    private void SendSoon()
    {
        if (_sendDue)
            return;
        _sendDue = true;
        Self.Tell(Due.Send);
    }

    private void Send(bool isLook)
    {
        if (_router is null)
            return;
        var due = _leases.Where(lease => lease.Value is { IsDue: true, Given: not null }).ToArray();
        if (due.Length == 0 && isLook)
            Order([]);
        foreach (var some in due.Chunk(LeaseReports.MaxOrders))
            Order(some);
    }

    private void Order(KeyValuePair<string, RemoteLease>[] leases)
    {
        var spent = _group.Time.GetElapsedTime(_startedAt);
        var order = new LeaseRouterCommands.Order(_group.GroupId, _group.Fleet.Claim.Epoch, _incarnation!.Value, _after, [.. leases.Select(lease => OrderOf(lease.Key, lease.Value))])
        {
            Owner = _group.Spec.Owner,
            Ttl = _group.Spec.Ttl,
            Remaining = _group.Spec.Ttl > spent ? _group.Spec.Ttl - spent : TimeSpan.Zero,
            Freeze = leases.Any(lease => lease.Value.Want == LeaseWant.Prepare) ? _freeze : null,
        };
        foreach (var (_, lease) in leases)
            lease.IsSent = true;
        _router!.Tell(order, Self);
    }

    private static LeaseOrder OrderOf(string id, RemoteLease lease) =>
        new(id, lease.Path, lease.Want) { Cause = lease.Cause, Extension = lease.Extension, ExtendBy = lease.IsExtending ? lease.ExtendBy : null };

    private void OnReport(LeaseRouterEvents.Report report)
    {
        _askedAt = null;
        if (_isLost)
            Find();
        foreach (var item in report.Leases)
        {
            // What only a newer version knows how to tell changes nothing here: the lease's end does.
            if (_leases.TryGetValue(item.LeaseId, out var lease) && !lease.HasEnded && Enum.IsDefined(item.Kind) && item is not { Kind: LeaseReportKind.Stands, Standing: null } && (lease.Report is not { } known || item.Version > known.Version))
                Put(item.LeaseId, item);
        }
        if (report.After <= _after && report.Version > _after)
            _after = report.Version;
    }

    /// <summary>The node answers again: what was known of it before it did not is so, unless it tells otherwise now.</summary>
    private void Find()
    {
        _isLost = false;
        foreach (var (id, lease) in _leases)
        {
            if (lease is { HasEnded: false, Report: { } report })
                Put(id, report);
        }
    }

    private void Put(string id, LeaseReport report)
    {
        var lease = _leases[id];
        lease.Report = report;
        lease.Vm = LeaseReports.VmOf(report, lease.Vm);
        if (lease.FrozenAt == 0 && report.Standing?.FrozenAgo is { } ago)
            lease.FrozenAt = LeaseReports.FrozenAt(ago, _group.Time);
        Context.Parent.Tell(report.Kind switch
        {
            LeaseReportKind.Stands => LeaseReports.ChangedOf(report, lease.Given!, lease.Vm, lease.FrozenAt),
            LeaseReportKind.Denied => new LeaseEvents.Denied(id, report.Reason ?? Reasons.HostUnreachable, report.Message ?? "", lease.Vm),
            LeaseReportKind.Absent => new LeaseEvents.Absent(id, lease.Vm),
            _ => new LeaseEvents.VmGone(id),
        });
        if (!lease.IsExtending || (report.Extension < lease.Extension && !lease.HasEnded))
            return;
        lease.IsExtending = false;
        Context.Parent.Tell(new LeaseReplies.Extended(id, report.Extension >= lease.Extension ? report.Extended : null));
    }

    private sealed class Due : ILocalSignal
    {
        public static readonly Due Tick = new();
        public static readonly Due Send = new();
    }
}
