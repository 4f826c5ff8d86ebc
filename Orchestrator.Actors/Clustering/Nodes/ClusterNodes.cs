using Akka.Actor;
using Akka.Cluster;

namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>
/// The nodes of the cluster by name: takes what Akka knows of its members, asks each who it is, and tells whoever follows. A node that left stays
/// known, with its last state, until an operator removes it. One per node, <c>/user/nodes</c>.
/// </summary>
public sealed partial class ClusterNodes : UntypedActor, IWithTimers
{
    /// <summary>Name of the actor.</summary>
    public const string ActorName = "nodes";

    private static readonly TimeSpan HelloPause = TimeSpan.FromSeconds(1);
    private readonly Cluster _cluster;
    private readonly NodeTable _table;
    private readonly HashSet<IActorRef> _followers = [];

    /// <summary>Created through <see cref="PropsFor"/>.</summary>
    public ClusterNodes(Cluster cluster, NodeInfo self, TimeProvider time) => (_cluster, _table, _vmHosts) = (cluster, new NodeTable(self, time), new VmHostTable(time));

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Props.</summary>
    /// <param name="cluster">Akka's.</param>
    /// <param name="self">What this node tells of itself.</param>
    /// <param name="time">Clock.</param>
    public static Props PropsFor(Cluster cluster, NodeInfo self, TimeProvider time) => Props.Create(() => new ClusterNodes(cluster, self, time));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _cluster.Subscribe(Self, ClusterEvent.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent), typeof(ClusterEvent.LeaderChanged));
        Timers.StartPeriodicTimer(nameof(HelloDue), HelloDue.Instance, HelloPause);
    }

    /// <inheritdoc/>
    protected override void PostStop() => _cluster.Unsubscribe(Self);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.IClusterDomainEvent happened:
                OnCluster(happened);
                break;
            case NodeMessages.Hello:
                Sender.Tell(new NodeMessages.Introduction(_table.Self));
                break;
            case NodeMessages.Introduction introduction:
                Tell(_table.Introduce(introduction.Info));
                break;
            case NodeMessages.Forget forget:
                OnForget(forget);
                break;
            case HelloDue:
                SayHello(_table.Strangers);
                OnVmHostsDue();
                break;
            case NodeMessages.VmHosts told:
                OnVmHosts(told);
                break;
            case NodeCommands.Serve serve:
                OnServe(serve);
                break;
            case NodeCommands.Follow follow:
                OnFollow(follow.HasVmHosts);
                break;
            case NodeQueries.List:
                Sender.Tell(new NodeReplies.Nodes(_table.Views()));
                break;
            case NodeCommands.Remove remove:
                OnRemove(remove.Name);
                break;
            case Terminated terminated when OnVmHostStopped(terminated.ActorRef):
                break;
            case Terminated terminated:
                _vmHostFollowers.Remove(terminated.ActorRef);
                _followers.Remove(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnCluster(ClusterEvent.IClusterDomainEvent happened)
    {
        switch (happened)
        {
            case ClusterEvent.MemberRemoved removed:
                Tell(_table.Change(removed.Member.UniqueAddress, NodeState.Gone));
                break;
            case ClusterEvent.MemberLeft or ClusterEvent.MemberExited:
                Tell(_table.Change(((ClusterEvent.IMemberEvent)happened).Member.UniqueAddress, NodeState.Leaving));
                break;
            case ClusterEvent.MemberDowned downed:
                Tell(_table.Change(downed.Member.UniqueAddress, NodeState.Unreachable));
                break;
            case ClusterEvent.IMemberEvent { Member.Status: MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Joining } joined:
                Tell(_table.Change(joined.Member.UniqueAddress, StateOf(joined.Member.Status)));
                SayHello(_table.Strangers);
                break;
            case ClusterEvent.UnreachableMember unreachable:
                Tell(_table.Change(unreachable.Member.UniqueAddress, NodeState.Unreachable));
                break;
            case ClusterEvent.ReachableMember { Member.Status: not (MemberStatus.Down or MemberStatus.Removed) } reachable:
                Tell(_table.Change(reachable.Member.UniqueAddress, StateOf(reachable.Member.Status)));
                break;
            case ClusterEvent.LeaderChanged changed:
                _table.Leader = changed.Leader?.ToString();
                break;
        }
    }

    private static NodeState StateOf(MemberStatus status) => status switch
    {
        MemberStatus.Joining => NodeState.Joining,
        MemberStatus.Leaving or MemberStatus.Exiting => NodeState.Leaving,
        _ => NodeState.Up,
    };

    private static void SayHello(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
            At(address).Tell(new NodeMessages.Hello());
    }

    private static ActorSelection At(string address) => Context.ActorSelection($"{address}/user/{ActorName}");

    private void OnFollow(bool hasVmHosts)
    {
        if (_followers.Add(Sender))
            Context.Watch(Sender);
        foreach (var happened in _table.Now())
            Sender.Tell(happened);
        if (!hasVmHosts)
            return;
        _vmHostFollowers.Add(Sender);
        foreach (var happened in _vmHosts.Now())
            Sender.Tell(happened);
    }

    private void OnRemove(string name)
    {
        var answer = _table.Remove(name);
        if (answer is NodeReplies.Removed removed)
        {
            _cluster.Down(Address.Parse(removed.Node.Info.Address));
            foreach (var other in _table.Views().Where(view => !view.IsSelf && view.State is NodeState.Up or NodeState.Leaving))
                At(other.Info.Address).Tell(new NodeMessages.Forget(name, removed.Node.Info.Incarnation));
            TellForgotten(name);
        }
        Sender.Tell(answer);
    }

    private void OnForget(NodeMessages.Forget forget)
    {
        if (_table.Forget(forget.Name, forget.Incarnation) is not null)
            TellForgotten(forget.Name);
    }

    /// <summary>A node that is another process by now is not forgotten with what it was before.</summary>
    private void TellForgotten(string name)
    {
        if (!_table.Knows(name))
            Tell(new NodeEvents.Forgotten(name));
    }

    private void Tell(object? happened)
    {
        if (happened is null)
            return;
        foreach (var follower in _followers)
            follower.Tell(happened);
        OnNodeHappened(happened);
    }

    private sealed class HelloDue : ILocalSignal
    {
        public static readonly HelloDue Instance = new();
    }
}
