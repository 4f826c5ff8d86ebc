using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.VmHosts;

namespace Orchestrator.Actors.Clustering.Inventories;

/// <summary>The picture of the whole fleet on one node: a <see cref="PartFollower"/> for each node that the cluster knows, and for each remote VmHost. One per node.</summary>
public sealed partial class FleetFollower : UntypedActor, IWithTimers
{
    private readonly IActorRef _nodes;
    private readonly IActorRef _fleet;
    private readonly FleetPicture _picture;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, (PartSource Part, IActorRef Follower)> _followers = new(StringComparer.Ordinal);

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public FleetFollower(IActorRef nodes, IActorRef fleet, FleetPicture picture, TimeProvider time) => (_nodes, _fleet, _picture, _time) = (nodes, fleet, picture, time);

    /// <summary>Props.</summary>
    /// <param name="nodes">The <see cref="ClusterNodes"/>.</param>
    /// <param name="fleet">The <see cref="VmHosts.Inventory"/> of all nodes' VMs.</param>
    /// <param name="picture">Is told which nodes' VMs are known.</param>
    /// <param name="time">Clock.</param>
    public static Props PropsFor(IActorRef nodes, IActorRef fleet, FleetPicture picture, TimeProvider time) => Props.Create(() => new FleetFollower(nodes, fleet, picture, time));

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <inheritdoc/>
    protected override void PreStart() => _nodes.Tell(NodeCommands.Follow.WithVmHosts);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeEvents.Up up:
                OnUp(PartSource.Of(up.Info));
                if (!up.IsSelf)
                    AskForLost(up.Info);
                break;
            case PartMessages.Lost lost:
                OnLost(lost);
                break;
            case LostDue:
                OnLostDue();
                break;
            case NodeEvents.Unreachable unreachable:
                Tell(PartSource.Of(unreachable.Info), new FleetSignals.Stale(unreachable.Since));
                break;
            case NodeEvents.Gone gone:
                Tell(PartSource.Of(gone.Info), new FleetSignals.Stale(gone.Since));
                _asked.Remove(gone.Info.Incarnation);
                break;
            case NodeEvents.Forgotten { Name: var name }:
                OnForgotten(name);
                break;
            case VmHostEvents.Up up:
                OnUp(PartSource.Of(up.Info));
                break;
            case VmHostEvents.Down down:
                Tell(PartSource.Of(down.Info), new FleetSignals.Stale(down.Since));
                break;
            case VmHostEvents.Forgotten { Name: var name }:
                OnForgotten(name);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    /// <summary>A new process of a node has new actors: its VMs of before vanish when all of the new ones are told.</summary>
    private void OnUp(PartSource part)
    {
        if (_followers.TryGetValue(part.Name, out var known))
        {
            if (known.Part.Incarnation == part.Incarnation)
                return;
            known.Follower.Tell(new FleetSignals.Anew(part));
            _followers[part.Name] = (part, known.Follower);
            return;
        }
        _followers[part.Name] = Follow(part);
    }

    private (PartSource Part, IActorRef Follower) Follow(PartSource part) => (part, Context.ActorOf(PartFollower.PropsFor(part, _fleet, _picture, _time)));

    private void OnForgotten(string name)
    {
        if (_followers.Remove(name, out var known))
            known.Follower.Tell(FleetSignals.Vanish.Instance);
    }

    private void Tell(PartSource part, object message)
    {
        if (_followers.TryGetValue(part.Name, out var known) && known.Part.Incarnation == part.Incarnation)
            known.Follower.Tell(message);
    }
}

/// <summary>From the <see cref="FleetFollower"/> to a <see cref="PartFollower"/>.</summary>
internal static class FleetSignals
{
    /// <summary>The node does not answer.</summary>
    internal sealed record Stale(DateTimeOffset Since) : ILocalSignal;

    /// <summary>The node is another process now, or another has the VmHost.</summary>
    internal sealed record Anew(PartSource Part) : ILocalSignal;

    /// <summary>The VMs of a node that does not answer, by the paths of their actors, as another remembers them and the fleet was told.</summary>
    internal sealed record Remember(IReadOnlyDictionary<string, InventoryEntry> Vms) : ILocalSignal;

    /// <summary>The node was forgotten.</summary>
    internal sealed class Vanish : ILocalSignal
    {
        public static readonly Vanish Instance = new();
    }
}
