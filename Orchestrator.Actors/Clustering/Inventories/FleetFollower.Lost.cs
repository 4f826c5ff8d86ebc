using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>A node that begins while others are away learns of their VMs from those that remember them: each is asked once.</summary>
public sealed partial class FleetFollower
{
    private readonly Dictionary<int, (NodeInfo Node, string After)> _asked = [];

    private void AskForLost(NodeInfo node)
    {
        if (!_picture.HasAsked(node.Incarnation) && _asked.TryAdd(node.Incarnation, (node, "")))
            AskForLost(node.Incarnation);
    }

    private void AskForLost(int incarnation)
    {
        var (node, after) = _asked[incarnation];
        Context.ActorSelection($"{node.Address}/user/{Inventory.FleetName}").Tell(new PartMessages.ReadLost(incarnation, after));
        Timers.StartSingleTimer(nameof(LostDue), LostDue.Instance, Inventory.PartPatience);
    }

    /// <summary>A question or its answer may be lost on the way.</summary>
    private void OnLostDue()
    {
        foreach (var incarnation in _asked.Keys)
            AskForLost(incarnation);
    }

    private void OnLost(PartMessages.Lost lost)
    {
        if (!_asked.TryGetValue(lost.Incarnation, out var asked) || asked.After != lost.After)
            return;
        foreach (var part in lost.Entries.GroupBy(entry => entry.Part))
        {
            if (!_followers.TryGetValue(part.Key, out var known))
                _followers[part.Key] = known = Follow(PartSource.Lost(part.Key, part.First().Node));
            if (known.Part.IsLost)
                Remember(known.Part, known.Follower, [.. part]);
        }
        if (lost.IsLast || lost.Entries.Count == 0)
        {
            _asked.Remove(lost.Incarnation);
            _picture.Asked(lost.Incarnation);
            return;
        }
        _asked[lost.Incarnation] = (asked.Node, lost.Entries[^1].Entry.Path);
        AskForLost(lost.Incarnation);
    }

    /// <summary>The fleet is told from here, so that it has these VMs before the picture is called whole.</summary>
    private void Remember(PartSource part, IActorRef follower, IReadOnlyList<LostEntry> lost)
    {
        var provider = ((ExtendedActorSystem)Context.System).Provider;
        var vms = new Dictionary<string, InventoryEntry>(StringComparer.Ordinal);
        foreach (var (entry, _, _) in lost)
            vms[entry.Path] = new InventoryEntry(entry.Vm, provider.ResolveActorRef(entry.Path)) { Node = part.Node, Part = part.Name };
        _fleet.Tell(new InventoryCommands.Take([.. vms.Values], []));
        follower.Tell(new FleetSignals.Remember(vms));
    }

    private sealed class LostDue : ILocalSignal
    {
        public static readonly LostDue Instance = new();
    }
}
