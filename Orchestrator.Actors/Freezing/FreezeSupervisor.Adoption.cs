using Akka.Actor;
using Orchestrator.Actors.FanOut.Selectors;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Freezing;

/// <summary>
/// In a cluster: groups of a former owner of the duty. Nothing of a group is in the store: the leases on the disks of its VMs' nodes are what there is of
/// it, and they are in the picture of all VMs. A group that nobody here knows is made of them again when somebody asks for it.
/// </summary>
public sealed partial class FreezeSupervisor
{
    private sealed record Leased(IReadOnlyList<InventoryEntry> Vms, string? GroupId, object? Message, IActorRef Requester) : ILocalSignal;

    private void LookForLeases(string? groupId, object? message)
    {
        var requester = Sender;
        _environment.Inventory.Ask<InventoryReplies.Selection>(new InventoryQueries.Select(null), AnswerTimeout)
            .PipeTo(Self, success: all => new Leased([.. all.Entries.Where(vm => vm is { Node: not null, Snapshot.Lease: not null })], groupId, message, requester), failure: _ => new Leased([], groupId, message, requester));
    }

    private void OnLeased(Leased leased)
    {
        foreach (var group in leased.Vms.GroupBy(vm => vm.Snapshot.Lease!.Group, StringComparer.Ordinal).Where(group => !_groups.ContainsKey(group.Key) && IsName(group.Key)))
        {
            if (_groups.Count - _ended.Count >= MaxActive)
                break;
            Adopt(group.Key, [.. group]);
        }
        if (leased.GroupId is not { } groupId)
            List(leased.Requester);
        else if (_groups.TryGetValue(groupId, out var known))
            known.Tell(leased.Message!, leased.Requester);
        else
            leased.Requester.Tell(NotFound(groupId));
    }

    private void Adopt(string id, IReadOnlyList<InventoryEntry> vms)
    {
        var lease = vms[0].Snapshot.Lease!;
        var spec = new FreezeSpec { Target = NamesOf(vms), Owner = lease.Owner, Ttl = lease.Ttl, Require = FreezeRequirement.Any };
        _groups.Add(id, Context.Watch(Context.ActorOf(FreezeGroupActor.PropsForAdopted(id, spec, vms, _environment), id)));
    }

    /// <summary>What was asked is not known any more: its VMs are.</summary>
    private static TargetSelector NamesOf(IReadOnlyList<InventoryEntry> vms)
    {
        var names = string.Join(", ", vms.Select(vm => $"'{vm.Snapshot.Name.Replace("'", "''", StringComparison.Ordinal)}'"));
        return TargetSelector.TryParse(names, out var selector, out _) || TargetSelector.TryParse("'?'", out selector, out _) ? selector : throw new InvalidOperationException($"a selector of names cannot be read: {names}");
    }

    /// <summary>It comes from another node.</summary>
    private static bool IsName(string id) => id.Length == FanOut.JobIds.Length && id.All(char.IsAsciiLetterOrDigit);
}
