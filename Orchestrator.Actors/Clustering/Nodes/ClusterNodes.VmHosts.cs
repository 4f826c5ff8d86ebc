using Akka.Actor;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>Which node has which remote VmHost: who has one tells all others every second, and at once when it begins or ends.</summary>
public sealed partial class ClusterNodes
{
    /// <summary>Of a message; a few tens of KiB.</summary>
    private const int MaxVmHosts = 100;

    private readonly VmHostTable _vmHosts;
    private readonly Dictionary<IActorRef, VmHostInfo> _served = [];
    private readonly HashSet<IActorRef> _vmHostFollowers = [];
    private readonly HashSet<string> _namesakes = new(StringComparer.Ordinal);

    private void OnServe(NodeCommands.Serve serve)
    {
        var self = _table.Self;
        var info = new VmHostInfo(serve.VmHost, self.Name, self.Incarnation, self.Address, Sender.Path.ToStringWithoutAddress(), serve.Epoch);
        _served[Context.Watch(Sender)] = info;
        OnVmHosts(new NodeMessages.VmHosts([info], []));
        TellOthers(new NodeMessages.VmHosts([info], []));
    }

    /// <returns>Whether it was the actor of a VmHost.</returns>
    private bool OnVmHostStopped(IActorRef host)
    {
        if (!_served.Remove(host, out var info))
            return false;
        OnVmHosts(new NodeMessages.VmHosts([], [info]));
        TellOthers(new NodeMessages.VmHosts([], [info]));
        return true;
    }

    private void OnVmHosts(NodeMessages.VmHosts told)
    {
        foreach (var info in told.Served.Where(info => !IsNameOfNode(info)))
            TellVmHost(_vmHosts.Take(info));
        foreach (var info in told.Left)
            TellVmHost(_vmHosts.Leave(info));
    }

    /// <summary>Nodes and VmHosts are told apart by their names.</summary>
    private bool IsNameOfNode(VmHostInfo info)
    {
        if (!_table.Knows(info.Name))
            return false;
        if (_namesakes.Add(info.Name))
            ClusterLogEntries.Namesake(Context.Log<ClusterNodes>(), info.Name, info.Node);
        return true;
    }

    private void OnVmHostsDue()
    {
        foreach (var host in _served.Values)
            TellVmHost(_vmHosts.Take(host));
        foreach (var page in _served.Values.Chunk(MaxVmHosts))
            TellOthers(new NodeMessages.VmHosts(page, []));
        foreach (var down in _vmHosts.Expire())
            TellVmHost(down);
    }

    private void OnNodeHappened(object happened)
    {
        var followed = happened switch
        {
            NodeEvents.Unreachable { Info: var node, Since: var since } => _vmHosts.NodeDown(node.Name, node.Incarnation, since),
            NodeEvents.Gone { Info: var node, Since: var since } => _vmHosts.NodeDown(node.Name, node.Incarnation, since),
            NodeEvents.Forgotten { Name: var name } => (IReadOnlyList<object>)_vmHosts.NodeForgotten(name),
            _ => [],
        };
        foreach (var item in followed)
            TellVmHost(item);
    }

    private void TellVmHost(object? happened)
    {
        if (happened is null)
            return;
        foreach (var follower in _vmHostFollowers)
            follower.Tell(happened);
    }

    private void TellOthers(NodeMessages.VmHosts told)
    {
        foreach (var other in _table.Views().Where(view => !view.IsSelf && view.State is NodeState.Up or NodeState.Leaving))
            At(other.Info.Address).Tell(told);
    }
}
