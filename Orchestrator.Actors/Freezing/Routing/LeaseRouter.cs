using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Protocol.Qapi;

namespace Orchestrator.Actors.Freezing.Routing;

/// <summary>
/// One node's part of the freeze groups of a cluster, wherever those are: gives each of its VMs a lease once, whatever comes twice or late, and tells
/// how the leases stand. The VMs' leases are on this node's disk, with deadlines by its clock: they end whatever becomes of who asked for them. One per
/// node, <c>/user/leases</c>.
/// <para>
/// What comes carries the epoch of the duty's claim, as the dispatches of jobs do: a lease thaws by itself, but a former owner that was held up (its
/// process stood still) would freeze VMs for a caller that nobody answers any more, and take a snapshot of them beside its successor. A thaw by a lease's
/// id alone would do no harm.
/// </para>
/// </summary>
public sealed partial class LeaseRouter : UntypedActor, IWithTimers
{
    /// <summary>Name of the actor.</summary>
    public const string ActorName = "leases";

    private static readonly TimeSpan TickPause = TimeSpan.FromMinutes(1);

    private readonly LeaseRouterSettings _settings;
    private readonly LeaseRouterMemory _memory;
    private readonly HashSet<RoutedGroup> _untold = [];

    /// <summary>Created through <see cref="PropsFor(LeaseRouterSettings)"/>.</summary>
    internal LeaseRouter(LeaseRouterSettings settings, LeaseRouterMemory memory) => (_settings, _memory) = (settings, memory);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _settings.Time.GetElapsedTime(_memory.StartedAt);

    /// <summary>Props.</summary>
    public static Props PropsFor(LeaseRouterSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Props.CreateBy(new Producer(settings, new LeaseRouterMemory(settings.Time.GetTimestamp())));
    }

    /// <summary>Also after a failure: what was begun goes on.</summary>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(nameof(Due.Tick), Due.Tick, TickPause);
        foreach (var lease in _memory.Groups.Values.SelectMany(group => group.Leases.Values))
            Context.Watch(lease.Vm);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseRouterCommands.Order order:
                if (order.Incarnation == _settings.Incarnation && IsCurrent(order.Epoch))
                    OnOrder(order);
                break;
            case LeaseRouterCommands.ThawVm thaw:
                if (IsCurrent(thaw.Epoch))
                    OnThaw(thaw);
                break;
            case LeaseRouterCommands.PlanSnapshot plan:
                if (IsCurrent(plan.Epoch))
                    OnPlan(plan);
                break;
            case LeaseEvents.Changed changed:
                OnChanged(changed);
                break;
            case LeaseEvents.Denied denied:
                Put(denied.LeaseId, LeaseReports.Of(denied));
                break;
            case LeaseEvents.Absent absent:
                Put(absent.LeaseId, LeaseReports.Of(absent));
                break;
            case LeaseReplies.Extended extended:
                OnExtended(extended);
                break;
            case Terminated terminated:
                OnVmGone(terminated.ActorRef);
                break;
            case Due due when due == Due.Tell:
                TellAll();
                break;
            case Due:
                OnTick();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private bool IsCurrent(long epoch)
    {
        if (_settings.ControlEpoch.Note(epoch))
            return true;
        Sender.Tell(new LeaseRouterEvents.Refused(_settings.ControlEpoch.Value));
        return false;
    }

    private void OnOrder(LeaseRouterCommands.Order order)
    {
        if (!_memory.Groups.TryGetValue(order.GroupId, out var group))
            _memory.Groups.Add(order.GroupId, group = new RoutedGroup(order.GroupId));
        (group.Owner, group.HeardAt) = (Sender, Now);
        foreach (var wanted in order.Leases)
            Take(group, wanted, order);
        Tell(group, order.After, isAnswer: true);
    }

    private void Take(RoutedGroup group, LeaseOrder wanted, LeaseRouterCommands.Order order)
    {
        if (!group.Leases.TryGetValue(wanted.LeaseId, out var lease))
        {
            var vm = VmPaths.Find(wanted.Path, Context);
            // A VM that an earlier process of the node has frozen may not have come yet.
            if (vm is null && wanted.Want != LeaseWant.Prepare && Now < _settings.LocateTimeout)
                return;
            lease = new RoutedLease(wanted.LeaseId, vm ?? ActorRefs.Nobody);
            group.Leases.Add(lease.Id, lease);
            _memory.GroupsByLease[lease.Id] = group;
            if (vm is null)
            {
                group.Put(lease, new LeaseReport(lease.Id, 0, LeaseReportKind.VmGone));
                return;
            }
            Context.Watch(vm);
            if (!Enum.IsDefined(wanted.Want))
                group.Put(lease, new LeaseReport(lease.Id, 0, LeaseReportKind.Denied) { Reason = Reasons.Unsupported, Message = $"node {_settings.Node} does not know what a newer version wants of the lease" });
            else if (wanted.Want == LeaseWant.Prepare && !_memory.Forgotten.Contains(group.Id))
                Prepare(group, lease, order);
            else
                vm.Tell(new LeaseCommands.Watch(lease.Id));
        }
        Give(lease, wanted);
    }

    private void Prepare(RoutedGroup group, RoutedLease lease, LeaseRouterCommands.Order order)
    {
        try
        {
            group.Freeze ??= order.Freeze?.ToPlan("", _settings.Guest).Command ?? throw new FormatException("the order does not say how");
        }
        catch (Exception error) when (error is QapiValidationException or FormatException)
        {
            group.Put(lease, new LeaseReport(lease.Id, 0, LeaseReportKind.Denied) { Reason = Reasons.Unsupported, Message = LeaseReports.Short($"node {_settings.Node} cannot send this freeze: {error.Message}") });
            return;
        }
        var given = new FreezeLease
        {
            Id = lease.Id,
            Group = group.Id,
            Host = _settings.Node,
            Vm = VmPaths.NameOf(lease.Vm),
            Owner = order.Owner,
            Ttl = order.Ttl,
            Deadline = _settings.Time.GetUtcNow() + order.Remaining,
        };
        lease.Vm.Tell(new LeaseCommands.Prepare(given, group.Freeze));
    }

    private static void Give(RoutedLease lease, LeaseOrder wanted)
    {
        switch (wanted.Want)
        {
            case LeaseWant.Freeze when lease is { IsFreezeGiven: false, IsThawGiven: false, Report.Standing.Phase: LeasePhase.Prepared }:
                lease.IsFreezeGiven = true;
                lease.Vm.Tell(new LeaseCommands.Freeze(lease.Id));
                break;
            case LeaseWant.Thaw:
                lease.IsThawGiven = true;
                lease.Vm.Tell(new LeaseCommands.Thaw(lease.Id, wanted.Cause));
                break;
        }
        if (wanted.Extension <= lease.Asked || wanted.ExtendBy is not { } ttl)
            return;
        lease.Asked = wanted.Extension;
        lease.Vm.Tell(new LeaseCommands.Extend(lease.Id, ttl));
    }

    private void OnChanged(LeaseEvents.Changed changed)
    {
        if (_memory.GroupsByLease.TryGetValue(changed.Machine.Lease!.Id, out var group))
            group.Leases[changed.Machine.Lease.Id].FrozenAt = changed.FrozenAt;
        Put(changed.Machine.Lease.Id, LeaseReports.Of(changed));
    }

    private void OnExtended(LeaseReplies.Extended extended)
    {
        if (!_memory.GroupsByLease.TryGetValue(extended.LeaseId, out var group))
            return;
        var lease = group.Leases[extended.LeaseId];
        (lease.Answered, lease.Extended) = (lease.Asked, extended.Deadline);
        Put(lease.Id, lease.Report ?? new LeaseReport(lease.Id, 0, LeaseReportKind.Absent));
    }

    private void OnVmGone(IActorRef vm)
    {
        foreach (var lease in _memory.Groups.Values.SelectMany(group => group.Leases.Values).Where(lease => lease.Vm.Equals(vm) && (lease.Report is not { } report || !LeaseReports.HasEnded(report))).ToArray())
            Put(lease.Id, new LeaseReport(lease.Id, 0, LeaseReportKind.VmGone));
    }

    private void Put(string leaseId, LeaseReport report)
    {
        if (!_memory.GroupsByLease.TryGetValue(leaseId, out var group))
            return;
        group.Put(group.Leases[leaseId], report);
        // What is in the mailbox already travels together.
        if (_untold.Add(group) && _untold.Count == 1)
            Self.Tell(Due.Tell);
    }

    private void TellAll()
    {
        foreach (var group in _untold)
            Tell(group, group.Told, isAnswer: false);
        _untold.Clear();
    }

    private void Tell(RoutedGroup group, long after, bool isAnswer)
    {
        var fresh = group.Leases.Values.Where(lease => lease.Report?.Version > after).OrderBy(lease => lease.Report!.Version).Select(Aged).ToArray();
        foreach (var some in LeaseReports.Cut(fresh))
        {
            var version = some[^1].Version;
            group.Owner.Tell(new LeaseRouterEvents.Report(group.Id, _settings.Incarnation, after, version, some));
            after = version;
        }
        if (fresh.Length == 0 && isAnswer)
            group.Owner.Tell(new LeaseRouterEvents.Report(group.Id, _settings.Incarnation, after, after, []));
        group.Told = Math.Max(group.Told, after);
    }

    private LeaseReport Aged(RoutedLease lease) => lease.Report is { Standing: { } standing } report && lease.FrozenAt != 0
        ? report with { Standing = standing with { FrozenAgo = _settings.Time.GetElapsedTime(lease.FrozenAt) } }
        : lease.Report!;

    private void OnTick()
    {
        foreach (var group in _memory.Groups.Values.Where(group => group.HasEnded && Now - group.HeardAt >= _settings.IdleTimeout).ToArray())
        {
            _memory.Groups.Remove(group.Id);
            _memory.Forgotten.Add(group.Id);
            foreach (var lease in group.Leases.Keys)
                _memory.GroupsByLease.Remove(lease);
        }
    }

    private sealed class Due : ILocalSignal
    {
        public static readonly Due Tick = new();
        public static readonly Due Tell = new();
    }

    private sealed class Producer(LeaseRouterSettings settings, LeaseRouterMemory memory) : IIndirectActorProducer
    {
        public Type ActorType => typeof(LeaseRouter);

        public ActorBase Produce() => new LeaseRouter(settings, memory);

        public void Release(ActorBase actor)
        {
        }
    }
}
