using Akka.Actor;
using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Freezing;

/// <summary>
/// Freezes VMs together: asks each and writes the leases, freezes all at once, and thaws all if one fails. The VMs thaw at their leases' end by
/// themselves, whatever becomes of this actor. Child of the <see cref="FreezeSupervisor"/>.
/// </summary>
internal sealed partial class FreezeGroupActor : UntypedActor, IWithTimers
{
    private const int MaxAskers = 256;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _id;
    private readonly FreezeSpec _spec;
    private readonly FreezeEnvironment _environment;
    private readonly DateTimeOffset _createdAt;
    private readonly List<IActorRef> _askers = [];
    private readonly Dictionary<string, IActorRef> _vms = [];
    private readonly SortedList<int, string> _order = [];
    private readonly Dictionary<string, FreezeMember> _members = [];
    private readonly List<IActorRef> _extenders = [];
    private readonly HashSet<string> _unextended = [];
    private FreezeGroupPhase _phase;
    private TimeSpan? _skew;
    private bool _failed;
    private bool _extensionLost;

    /// <summary>Created through <see cref="PropsFor"/> and <see cref="PropsForAdopted"/>.</summary>
    public FreezeGroupActor(string id, FreezeSpec spec, IReadOnlyList<InventoryEntry> targets, IActorRef? requester, FreezeEnvironment environment)
    {
        (_id, _spec, _environment) = (id, spec, environment);
        _isAdopted = requester is null;
        _createdAt = _isAdopted ? JobIds.TimeOf(id) : environment.Time.GetUtcNow();
        if (requester is not null)
            _askers.Add(requester);
        foreach (var target in targets)
        {
            var member = _isAdopted
                ? new FreezeMember { LeaseId = target.Snapshot.Lease!.Id, Vm = target.Snapshot, Stage = FreezeStage.Frozen, Deadline = target.Snapshot.Lease.Deadline }
                : new FreezeMember { LeaseId = JobIds.Next(environment.Time), Vm = target.Snapshot };
            _order.Add(_order.Count, member.LeaseId);
            _vms.Add(member.LeaseId, target.Vm);
            _members.Add(member.LeaseId, member);
        }
        Reach(targets);
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(string id, FreezeSpec spec, IReadOnlyList<InventoryEntry> targets, IActorRef requester, FreezeEnvironment environment) =>
        Props.Create(() => new FreezeGroupActor(id, spec, targets, requester, environment));

    /// <summary>A group of a former owner of the duty: what is known of it is the leases that its VMs' nodes have.</summary>
    public static Props PropsForAdopted(string id, FreezeSpec spec, IReadOnlyList<InventoryEntry> targets, FreezeEnvironment environment) =>
        Props.Create(() => new FreezeGroupActor(id, spec, targets, null, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        if (_isAdopted)
        {
            Adopt();
            return;
        }
        Timers.StartSingleTimer("overdue", FreezeSignals.Overdue.Instance, Patience);
        foreach (var (leaseId, vm) in _vms)
            Prepare(_members[leaseId], vm);
        GoOn();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LeaseEvents.Denied denied when _members.TryGetValue(denied.LeaseId, out var member):
                Put(FreezeRules.OfUnfrozen(Heard(member) with { Vm = denied.Vm }, _spec.Require, denied.Reason, denied.Message));
                break;
            case LeaseEvents.Changed changed when _members.TryGetValue(changed.Machine.Lease!.Id, out var member):
                Put(FreezeRules.Of(Heard(member), _spec.Require, changed));
                break;
            case LeaseEvents.Absent absent when _members.TryGetValue(absent.LeaseId, out var member):
                Put(FreezeRules.OfAbsent(Heard(member) with { Vm = absent.Vm }));
                break;
            case LeaseEvents.VmGone gone:
                OnVmGone([gone.LeaseId]);
                break;
            case LeaseEvents.Lost lost:
                OnLost(lost);
                break;
            case FreezeSignals.LostDue:
                OnLostDue();
                break;
            case DutyLost:
                Context.Parent.Tell(DutyLost.Instance);
                break;
            case Terminated terminated:
                OnVmGone([.. _vms.Where(entry => entry.Value.Equals(terminated.ActorRef)).Select(entry => entry.Key)]);
                break;
            case FreezeSignals.Overdue when _phase is FreezeGroupPhase.Preparing or FreezeGroupPhase.Freezing:
                OnOverdue();
                break;
            case FreezeCommands.ThawMember thaw when _vms.TryGetValue(thaw.LeaseId, out var vm):
                vm.Tell(new LeaseCommands.Thaw(thaw.LeaseId, ThawCause.Requested));
                break;
            case FreezeCommands.Thaw:
                OnThaw();
                break;
            case FreezeCommands.Extend extend:
                OnExtend(extend);
                break;
            case LeaseReplies.Extended extended:
                OnExtended(extended);
                break;
            case FreezeQueries.Get:
                Sender.Tell(new FreezeReplies.Group(Snapshot()));
                break;
            case ILocalSignal:
                // Of a timer of before.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Prepare(FreezeMember member, IActorRef vm)
    {
        Context.Watch(vm);
        if (_spec.Require == FreezeRequirement.App && !FreezeRules.HasHooks(member.Vm))
        {
            _members[member.LeaseId] = FreezeRules.OfUnfrozen(member, _spec.Require, Reasons.FreezeHookAbsent, $"nothing says that its applications take part: the label {FreezeRules.HookLabel}=true does");
            return;
        }
        var lease = new FreezeLease
        {
            Id = member.LeaseId,
            Group = _id,
            Host = member.Vm.Host,
            Vm = member.Vm.Name,
            Owner = _spec.Owner,
            Ttl = _spec.Ttl,
            Deadline = _createdAt + _spec.Ttl,
        };
        vm.Tell(new LeaseCommands.Prepare(lease, _spec.Freeze));
    }

    private void Put(FreezeMember member)
    {
        _members[member.LeaseId] = member;
        GoOn();
    }

    private void GoOn()
    {
        switch (FreezeRules.Next(_phase, _spec.Require, _members.Values))
        {
            case FreezeStep.Freeze:
                _phase = FreezeGroupPhase.Freezing;
                foreach (var member in _members.Values.Where(member => member.Stage == FreezeStage.Prepared))
                    _vms[member.LeaseId].Tell(new LeaseCommands.Freeze(member.LeaseId));
                GoOn();
                break;
            case FreezeStep.Frozen:
                _phase = FreezeGroupPhase.Frozen;
                _skew = FreezeRules.Skew(_members.Values, _environment.Time);
                Answer();
                // Where none could be frozen, there is none to thaw.
                GoOn();
                break;
            case FreezeStep.Abort:
                Abort();
                break;
            case FreezeStep.End:
                _failed |= _members.Values.Any(member => member.Stage == FreezeStage.Unknown);
                _phase = _failed ? FreezeGroupPhase.Failed : FreezeGroupPhase.Thawed;
                Answer();
                Context.Parent.Tell(new FreezeSignals.Ended(_id));
                break;
            default:
                if (_phase == FreezeGroupPhase.Thawing && _members.Values.All(FreezeRules.IsTold))
                    Answer();
                break;
        }
    }

    private void Abort()
    {
        _failed = true;
        _phase = FreezeGroupPhase.Thawing;
        ThawAll();
        GoOn();
    }

    private void OnOverdue()
    {
        foreach (var member in _members.Values.Where(member => member.Stage == FreezeStage.Pending).ToArray())
            _members[member.LeaseId] = member with { Stage = FreezeStage.Failed, Reason = Reasons.NodeStopped, Message = "no answer from the VM's actor: see the node's log" };
        Abort();
    }

    /// <summary>Whatever stage they seem to be in: what is on its way to a VM is overtaken by nothing.</summary>
    private void ThawAll()
    {
        foreach (var member in _members.Values.Where(member => member.Stage != FreezeStage.Accepted))
            _vms[member.LeaseId].Tell(new LeaseCommands.Thaw(member.LeaseId, ThawCause.Requested));
        foreach (var member in _members.Values.Where(member => _failed && member is { Reason: null, Stage: not FreezeStage.Accepted }).ToArray())
            _members[member.LeaseId] = member with { Reason = Reasons.GroupFailed };
    }

    private void OnThaw()
    {
        if (_phase is FreezeGroupPhase.Thawed or FreezeGroupPhase.Failed)
        {
            Sender.Tell(new FreezeReplies.Group(Snapshot()));
            return;
        }
        Ask(Sender);
        if (_phase is FreezeGroupPhase.Preparing or FreezeGroupPhase.Freezing)
            _failed = true;
        _phase = FreezeGroupPhase.Thawing;
        ThawAll();
        GoOn();
    }

    private void OnVmGone(IReadOnlyList<string> leaseIds)
    {
        foreach (var leaseId in leaseIds)
        {
            var member = Heard(_members[leaseId]);
            if (!FreezeRules.HasEnded(member))
                _members[leaseId] = member with { Stage = FreezeStage.Failed, Reason = Reasons.VmNotFound, Message = "the VM left, or its actor failed: it is thawed as soon as it is here again" };
            if (_unextended.Contains(leaseId))
                OnExtended(new LeaseReplies.Extended(leaseId, null));
        }
        GoOn();
    }

    private void OnExtend(FreezeCommands.Extend extend)
    {
        if (extend.Owner != _spec.Owner)
            Sender.Tell(new FreezeReplies.Rejected("not-owner", $"the group {_id} is not '{extend.Owner}''s: only its owner extends it"));
        else if (_phase != FreezeGroupPhase.Frozen || _extenders.Count >= MaxAskers)
            Sender.Tell(new FreezeReplies.Rejected("lease-lost", $"the group {_id} is {_phase}: there is nothing to extend"));
        else
        {
            _extenders.Add(Sender);
            foreach (var member in _members.Values.Where(member => !FreezeRules.HasEnded(member)))
            {
                _unextended.Add(member.LeaseId);
                _vms[member.LeaseId].Tell(new LeaseCommands.Extend(member.LeaseId, extend.Ttl ?? _spec.Ttl));
            }
        }
    }

    private void OnExtended(LeaseReplies.Extended extended)
    {
        _unextended.Remove(extended.LeaseId);
        _extensionLost |= extended.Deadline is null;
        if (extended.Deadline is { } deadline)
            _members[extended.LeaseId] = _members[extended.LeaseId] with { Deadline = deadline };
        if (_unextended.Count > 0)
            return;
        foreach (var extender in _extenders)
            extender.Tell(_extensionLost ? new FreezeReplies.Rejected("lease-lost", $"not all VMs of the group {_id} are frozen any more: 'GET /v1/freezes/{_id}' tells which, and why") : new FreezeReplies.Group(Snapshot()));
        _extenders.Clear();
        _extensionLost = false;
    }

    private void Ask(IActorRef asker)
    {
        if (_askers.Count < MaxAskers)
            _askers.Add(asker);
        else
            asker.Tell(new FreezeReplies.Group(Snapshot()));
    }

    private void Answer()
    {
        foreach (var asker in _askers)
            asker.Tell(new FreezeReplies.Group(Snapshot()));
        _askers.Clear();
    }

    private FreezeGroupSnapshot Snapshot() => new(_id, _spec, _phase, _createdAt, _skew, [.. _order.Values.Select(id => _members[id])]);
}
