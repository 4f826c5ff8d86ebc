using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>The picture of the whole fleet on one node: a <see cref="PartFollower"/> for each node that the cluster knows. One per node.</summary>
public sealed class FleetFollower : UntypedActor
{
    private readonly IActorRef _nodes;
    private readonly IActorRef _fleet;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (NodeInfo Info, IActorRef Follower)> _followers = new(StringComparer.Ordinal);

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public FleetFollower(IActorRef nodes, IActorRef fleet, TimeProvider time) => (_nodes, _fleet, _time) = (nodes, fleet, time);

    /// <summary>Props.</summary>
    /// <param name="nodes">The <see cref="ClusterNodes"/>.</param>
    /// <param name="fleet">The <see cref="VmHosts.Inventory"/> of all nodes' VMs.</param>
    /// <param name="time">Clock.</param>
    public static Props PropsFor(IActorRef nodes, IActorRef fleet, TimeProvider time) => Props.Create(() => new FleetFollower(nodes, fleet, time));

    /// <inheritdoc/>
    protected override void PreStart() => _nodes.Tell(NodeCommands.Follow.Instance);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeEvents.Up up:
                OnUp(up.Info);
                break;
            case NodeEvents.Unreachable unreachable:
                Tell(unreachable.Info, new FleetSignals.Stale(unreachable.Since));
                break;
            case NodeEvents.Gone gone:
                Tell(gone.Info, new FleetSignals.Stale(gone.Since));
                break;
            case NodeEvents.Forgotten forgotten when _followers.Remove(forgotten.Name, out var known):
                known.Follower.Tell(FleetSignals.Vanish.Instance);
                break;
            case NodeEvents.Forgotten:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A new process of a node has new actors: its VMs of before vanish when all of the new ones are told.</summary>
    private void OnUp(NodeInfo info)
    {
        if (_followers.TryGetValue(info.Name, out var known))
        {
            if (known.Info.Incarnation == info.Incarnation)
                return;
            known.Follower.Tell(new FleetSignals.Anew(info));
            _followers[info.Name] = (info, known.Follower);
            return;
        }
        _followers[info.Name] = (info, Context.ActorOf(PartFollower.PropsFor(info, _fleet, _time)));
    }

    private void Tell(NodeInfo info, object message)
    {
        if (_followers.TryGetValue(info.Name, out var known) && known.Info.Incarnation == info.Incarnation)
            known.Follower.Tell(message);
    }
}

/// <summary>From the <see cref="FleetFollower"/> to a <see cref="PartFollower"/>.</summary>
internal static class FleetSignals
{
    /// <summary>The node does not answer.</summary>
    internal sealed record Stale(DateTimeOffset Since) : ILocalSignal;

    /// <summary>The node is another process now.</summary>
    internal sealed record Anew(NodeInfo Node) : ILocalSignal;

    /// <summary>The node was forgotten.</summary>
    internal sealed class Vanish : ILocalSignal
    {
        public static readonly Vanish Instance = new();
    }
}
