using Akka.Actor;
using Orchestrator.Actors.FanOut.Routing;
using Orchestrator.Actors.Freezing.Routing;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Freezing;

/// <summary>In a cluster: VMs of other nodes, and nodes that are lost.</summary>
internal sealed partial class FreezeGroupActor
{
    private const string LostTimer = "lost";

    /// <summary>For the word of a node that a lease's end has passed.</summary>
    private static readonly TimeSpan LostGrace = TimeSpan.FromSeconds(30);

    private readonly bool _isAdopted;

    /// <summary>One child for each node stands for its VMs. All nodes alike, this one too: what is refused there is refused here.</summary>
    private void Reach(IReadOnlyList<InventoryEntry> targets)
    {
        if (_environment.Fleet is not { } fleet)
            return;
        var remote = targets.Select((target, at) => (Target: target, LeaseId: _order[at])).Where(item => item.Target.Node is not null);
        foreach (var node in remote.GroupBy(item => item.Target.Node!, StringComparer.Ordinal))
        {
            var leases = node.ToDictionary(
                item => item.LeaseId,
                item => new RemoteLease(TargetList.PathOf(item.Target.Vm), item.Target.Snapshot) { Given = _isAdopted ? item.Target.Snapshot.Lease : null });
            var child = Context.ActorOf(RemoteLeases.PropsFor(new NodeGroup(_id, _spec, node.Key, fleet, _environment.Time), leases));
            foreach (var leaseId in leases.Keys)
                _vms[leaseId] = child;
        }
    }

    /// <summary>Its VMs stay as they are; how that is, they tell.</summary>
    private void Adopt()
    {
        _phase = FreezeGroupPhase.Frozen;
        foreach (var (leaseId, vm) in _vms)
        {
            Context.Watch(vm);
            vm.Tell(new LeaseCommands.Watch(leaseId));
        }
    }

    private FreezeMember Heard(FreezeMember member) => FreezeRules.Heard(member, _failed);

    private void OnLost(LeaseEvents.Lost lost)
    {
        foreach (var leaseId in lost.LeaseIds)
        {
            if (_members.TryGetValue(leaseId, out var member) && !FreezeRules.HasEnded(member))
                _members[leaseId] = FreezeRules.OfLost(member, lost.Message);
        }
        ArmLost();
        GoOn();
    }

    /// <summary>A group ends in finite time: a lease that is over is over, whether its node tells or not.</summary>
    private void ArmLost()
    {
        var now = _environment.Time.GetUtcNow();
        var next = _members.Values.Where(IsMissed).Select(member => EndOf(member) - now).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        if (next < TimeSpan.MaxValue)
            Timers.StartSingleTimer(LostTimer, FreezeSignals.LostDue.Instance, next > TimeSpan.Zero ? next : TimeSpan.Zero);
    }

    private void OnLostDue()
    {
        var now = _environment.Time.GetUtcNow();
        foreach (var member in _members.Values.Where(member => IsMissed(member) && EndOf(member) <= now).ToArray())
            _members[member.LeaseId] = FreezeRules.OfGivenUp(member);
        ArmLost();
        GoOn();
    }

    private DateTimeOffset EndOf(FreezeMember member)
    {
        var asked = (_isAdopted ? DateTimeOffset.MinValue : _createdAt) + _spec.Ttl;
        return (member.Deadline > asked ? member.Deadline.Value : asked) + LostGrace;
    }

    private static bool IsMissed(FreezeMember member) => member.Stage == FreezeStage.Unknown && !FreezeRules.HasEnded(member);

    /// <summary>Nobody waits for a group that is here no more; its VMs' leases go on without it.</summary>
    protected override void PostStop()
    {
        foreach (var asker in _askers.Concat(_extenders))
            asker.Tell(FreezeReplies.Rejected.Moving($"the group {_id} is not followed here any more, its VMs thaw at their leases' end: 'GET /v1/freezes/{_id}' tells how they stand"));
    }
}
