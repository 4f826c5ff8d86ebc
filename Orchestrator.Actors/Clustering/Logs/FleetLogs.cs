using Akka.Actor;
using Orchestrator.Actors.Clustering.Nodes;
using Orchestrator.Actors.Events;
using Orchestrator.Actors.Vms.Observation;

namespace Orchestrator.Actors.Clustering.Logs;

/// <summary>Keeps the directory of event logs as the membership is, and tells the node's <see cref="ObservationShare"/> who else has readers. One per node.</summary>
public sealed class FleetLogs : UntypedActor
{
    /// <summary>Name of each node's <see cref="EventLog"/> under <c>/user</c>.</summary>
    public const string LogName = "events";

    private readonly IActorRef _nodes;
    private readonly EventLogs _logs;
    private readonly IActorRef _share;

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public FleetLogs(IActorRef nodes, EventLogs logs, IActorRef share) => (_nodes, _logs, _share) = (nodes, logs, share);

    /// <summary>Props.</summary>
    /// <param name="nodes">The <see cref="ClusterNodes"/>.</param>
    /// <param name="logs">The directory, with the node's own log in it.</param>
    /// <param name="share">The node's <see cref="ObservationShare"/>.</param>
    public static Props PropsFor(IActorRef nodes, EventLogs logs, IActorRef share) => Props.Create(() => new FleetLogs(nodes, logs, share));

    /// <inheritdoc/>
    protected override void PreStart() => _nodes.Tell(NodeCommands.Follow.Instance);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeEvents.Up { IsSelf: true }:
                break;
            case NodeEvents.Up up:
                _logs.Put(up.Info.Name, Of(up.Info, LogName), isRemote: true);
                _share.Tell(new ShareCommands.Join(up.Info.Name, Of(up.Info, ObservationShare.ActorName)));
                break;
            case NodeEvents.Unreachable unreachable:
                _logs.MarkUnreachable(unreachable.Info.Name, unreachable.Since);
                break;
            case NodeEvents.Gone gone:
                _logs.MarkUnreachable(gone.Info.Name, gone.Since);
                _share.Tell(new ShareCommands.Leave(gone.Info.Name));
                break;
            case NodeEvents.Forgotten forgotten:
                _logs.Remove(forgotten.Name);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static IActorRef Of(NodeInfo node, string name) => ((ExtendedActorSystem)Context.System).Provider.ResolveActorRef($"{node.Address}/user/{name}");
}
