using Akka.Actor;
using Orchestrator.Actors.FanOut;
using Orchestrator.Actors.VmHosts;
using Orchestrator.Protocol.Commands;

namespace Orchestrator.Actors.Freezing;

/// <summary>
/// One snapshot of many VMs: asks for their disks, freezes all, lets each QEMU do its own in one transaction, thaws. Whatever fails, the group
/// thaws. Child of the <see cref="FreezeSupervisor"/>. Behaviours: Planning → Freezing → Taking → Thawing.
/// </summary>
internal sealed class SnapshotActor : UntypedActor, IWithTimers
{
    private const string OverdueTimer = "overdue";
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(30);

    /// <summary>For a part of this node that does not answer at all; longer than what each part may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private readonly SnapshotSpec _spec;
    private readonly IReadOnlyList<InventoryEntry> _targets;
    private readonly IActorRef _requester;
    private readonly FreezeEnvironment _environment;
    private readonly Dictionary<object, InventoryEntry> _pending = [];
    private readonly Dictionary<IActorRef, Outcome> _answers = [];
    private readonly Dictionary<IActorRef, SnapshotPlan> _told = [];
    private readonly Dictionary<IActorRef, SnapshotPlan> _plans = [];
    private readonly Dictionary<IActorRef, VmDiskSnapshot> _results = [];
    private readonly Dictionary<IActorRef, FreezeMember> _members = [];
    private FreezeGroupSnapshot? _group;
    private bool _hasReplied;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public SnapshotActor(SnapshotSpec spec, IReadOnlyList<InventoryEntry> targets, IActorRef requester, FreezeEnvironment environment) =>
        (_spec, _targets, _requester, _environment) = (spec, targets, requester, environment);

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    public static Props PropsFor(SnapshotSpec spec, IReadOnlyList<InventoryEntry> targets, IActorRef requester, FreezeEnvironment environment) =>
        Props.Create(() => new SnapshotActor(spec, targets, requester, environment));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        BecomeWaiting(Planning);
        foreach (var target in _targets)
            Plan(target);
    }

    /// <summary>Nobody waits for what is not followed here any more; the VMs' leases go on without it.</summary>
    protected override void PostStop()
    {
        if (!_hasReplied)
            _requester.Tell(FreezeReplies.Rejected.Moving($"the snapshot {_spec.Name} was not followed to its end, because the node stops or another has its duty: its VMs thaw at their leases' end, and their files ('*.{_spec.Name}.qcow2') tell what was taken"));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message) => Unhandled(message);

    private void Planning(object message)
    {
        if (TakeAnswer(message) && _pending.Count == 0)
            Freeze();
    }

    private void Freezing(object message)
    {
        switch (message)
        {
            case FreezeReplies.Group group:
                OnFrozen(group.Snapshot);
                break;
            case FreezeReplies.Rejected rejected:
                End(rejected);
                break;
            case FreezeSignals.Overdue:
                // The group, should it come to be frozen all the same, is thawed at the end of its leases.
                End(new FreezeReplies.Rejected("internal-error", "the VMs were not frozen in time: see the node's log"));
                break;
            default:
                IgnoreLate(message);
                break;
        }
    }

    private void Taking(object message)
    {
        if (_spec.ThawEach && KeyOf(message) is { } key && _pending.TryGetValue(key, out var target))
            Context.Parent.Tell(new FreezeCommands.ThawMember(_group!.Id, _members[target.Vm].LeaseId));
        if (!TakeAnswer(message) || _pending.Count > 0)
            return;
        BecomeWaiting(Thawing);
        Context.Parent.Tell(new FreezeCommands.Thaw(_group!.Id));
    }

    private void Thawing(object message)
    {
        switch (message)
        {
            case FreezeReplies.Group group:
                Report(group.Snapshot);
                break;
            case FreezeSignals.Overdue:
                Report(_group!);
                break;
            default:
                IgnoreLate(message);
                break;
        }
    }

    private void Freeze()
    {
        foreach (var (target, answer) in _targets.Select(target => (target, _answers[target.Vm])))
        {
            var plan = answer.Phase != Phase.Succeeded ? null : _told.GetValueOrDefault(target.Vm) ?? SnapshotPlan.Of(answer.Result.Span, target.Snapshot.Name, _spec.Name, _spec.Directory, _environment.FileExists);
            if (SnapshotRules.OfPlan(target.Snapshot, answer, plan) is { } result)
                _results.Add(target.Vm, result);
            else
                _plans.Add(target.Vm, plan!);
        }
        _answers.Clear();
        var isLost = _spec.Require != FreezeRequirement.Any && _results.Values.Any(result => result.Phase != Phase.Skipped);
        if (isLost || _plans.Count == 0)
        {
            foreach (var target in _targets)
                _results.TryAdd(target.Vm, SnapshotRules.Skipped(target.Snapshot));
            End(Reply());
            return;
        }
        BecomeWaiting(Freezing);
        var freeze = new FreezeSpec { Target = _spec.Target, Owner = $"snapshot {_spec.Name}", Require = _spec.Require };
        Context.Parent.Tell(new FreezeSupervisor.Begin(freeze, [.. _targets.Where(target => _plans.ContainsKey(target.Vm))]));
    }

    private void OnFrozen(FreezeGroupSnapshot group)
    {
        _group = group;
        var planned = _targets.Where(target => _plans.ContainsKey(target.Vm)).ToArray();
        foreach (var (target, member) in planned.Zip(group.Members))
            _members.Add(target.Vm, member);
        if (group.Phase is FreezeGroupPhase.Failed or FreezeGroupPhase.Thawing)
        {
            foreach (var (vm, member) in _members)
                _results.Add(vm, SnapshotRules.OfFailedGroup(member));
            End(Reply());
            return;
        }
        BecomeWaiting(Taking);
        foreach (var target in planned)
            Take(target, _plans[target.Vm].Transaction!);
    }

    private void Report(FreezeGroupSnapshot group)
    {
        _group = group;
        var members = group.Members.ToDictionary(member => member.LeaseId);
        foreach (var (vm, plan) in _plans)
            _results.Add(vm, SnapshotRules.Of(members[_members[vm].LeaseId], plan, _answers[vm]));
        End(Reply());
    }

    private FreezeReplies.Snapshots Reply() => new(_group?.Id ?? "", _group?.Skew, [.. _targets.Select(target => _results[target.Vm])]);

    private void End(object reply)
    {
        _hasReplied = true;
        _requester.Tell(reply);
        Context.Stop(Self);
    }

    /// <summary>Where a VM's files are, is known where it is.</summary>
    private void Plan(InventoryEntry target)
    {
        if (_environment.Fleet is { } fleet && target.Node is not null)
            Await(target, key => RemoteSnapshots.PlanAsync(fleet, target, _spec, key, Context.System));
        else
            Invoke(target, SnapshotPlan.QueryBlock, SnapshotPlan.QueryTimeout);
    }

    /// <summary>What another node's VM is to do is a job: it is done once, and what became of it is known, whatever fails on the way.</summary>
    private void Take(InventoryEntry target, EncodedCommand transaction)
    {
        if (_environment.Fleet is { } fleet && target.Node is not null)
            Await(target, key => RemoteSnapshots.TakeAsync(fleet, target, _spec, transaction, TransactionTimeout, key));
        else
            Invoke(target, transaction, TransactionTimeout);
    }

    private void Invoke(InventoryEntry target, EncodedCommand command, TimeSpan timeout)
    {
        var invocation = new Invocation(new JobPlan("", CommandRoute.Qmp, command, Deadline.After(timeout, _environment.Time)), 0, target.Vm, Self);
        _pending.Add(invocation, target);
        target.Vm.Tell(invocation);
    }

    private void Await(InventoryEntry target, Func<object, Task<RemoteSnapshots.Told>> ask)
    {
        var key = new object();
        _pending.Add(key, target);
        ask(key).PipeTo(Self);
    }

    private static object? KeyOf(object message) => message switch
    {
        FanOutEvents.InvocationEnded ended => ended.Invocation,
        RemoteSnapshots.Told told => told.Key,
        _ => null,
    };

    /// <summary>An answer to what was asked, or the end of all patience with the rest.</summary>
    private bool TakeAnswer(object message)
    {
        switch (message)
        {
            case FanOutEvents.InvocationEnded ended when _pending.Remove(ended.Invocation, out var target):
                _answers.Add(target.Vm, ended.Outcome);
                return true;
            case RemoteSnapshots.Told told when _pending.Remove(told.Key, out var target):
                _answers.Add(target.Vm, told.Outcome);
                if (told.Plan is { } plan)
                    _told[target.Vm] = plan;
                return true;
            case FreezeSignals.Overdue:
                foreach (var target in _pending.Values)
                    _answers.Add(target.Vm, Overdue(target.Snapshot));
                _pending.Clear();
                return true;
            default:
                IgnoreLate(message);
                return false;
        }
    }

    private static Outcome Overdue(Vms.VmSnapshot vm) =>
        new() { Vm = vm.Id, Name = vm.Name, Host = vm.Host, Phase = Phase.Unknown, Reason = Reasons.NodeStopped, Effect = Effect.Unknown, Message = "no answer from the VM's actor: see the node's log" };

    private void BecomeWaiting(UntypedReceive behaviour)
    {
        Become(behaviour);
        Timers.StartSingleTimer(OverdueTimer, FreezeSignals.Overdue.Instance, Patience);
    }

    private void IgnoreLate(object message)
    {
        if (message is not (ILocalSignal or FreezeReplies.Group or FreezeReplies.Rejected))
            Unhandled(message);
    }
}
