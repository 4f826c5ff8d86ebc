using Akka.Cluster;

namespace Orchestrator.Actors.Clustering.Nodes;

/// <summary>What one node knows of all: members by Akka's address of one process, and what each told of itself.</summary>
internal sealed class NodeTable(NodeInfo self, TimeProvider time)
{
    private readonly Dictionary<string, Known> _byAddress = new(StringComparer.Ordinal)
    {
        [self.Address] = new Known { Uid = self.Incarnation, Info = self, State = NodeState.Joining, Since = time.GetUtcNow() },
    };

    private sealed class Known
    {
        public required int Uid { get; init; }

        public NodeInfo? Info { get; set; }

        public NodeState State { get; set; }

        public DateTimeOffset Since { get; set; }
    }

    /// <summary>This node.</summary>
    public NodeInfo Self { get; } = self;

    /// <summary>Address of the leader; <see langword="null"/> while there is none.</summary>
    public string? Leader { get; set; }

    /// <summary>Addresses of members that have not told who they are.</summary>
    public IReadOnlyList<string> Strangers =>
        [.. _byAddress.Where(known => known.Value is { Info: null, State: NodeState.Up or NodeState.Joining or NodeState.Leaving }).Select(known => known.Key)];

    /// <summary>Takes what Akka tells of a member.</summary>
    /// <returns>What followers hear; <see langword="null"/> when nothing is new to them.</returns>
    public object? Change(UniqueAddress member, NodeState state)
    {
        var address = member.Address.ToString();
        if (!_byAddress.TryGetValue(address, out var known) || (known.Uid != member.Uid && state != NodeState.Gone))
            _byAddress[address] = known = new Known { Uid = member.Uid, Info = address == Self.Address ? Self : null, State = state, Since = time.GetUtcNow() };
        else if (known.Uid != member.Uid || known.State == state || (known.State == NodeState.Leaving && state == NodeState.Up))
            return null;
        else
            (known.State, known.Since) = (state, time.GetUtcNow());
        if (state == NodeState.Gone && known.Info is null)
            _byAddress.Remove(address);
        return Happened(known);
    }

    /// <summary>Takes what a node tells of itself.</summary>
    public object? Introduce(NodeInfo info)
    {
        if (!_byAddress.TryGetValue(info.Address, out var known) || known.Info == info)
            return null;
        foreach (var old in _byAddress.Where(other => other.Value != known && other.Value.Info?.Name == info.Name && other.Value.State == NodeState.Gone).Select(other => other.Key).ToArray())
            _byAddress.Remove(old);
        known.Info = info;
        return Happened(known);
    }

    /// <summary>What a new follower hears.</summary>
    public IEnumerable<object> Now() => [.. _byAddress.Values.Select(Happened).OfType<object>()];

    /// <summary>By name.</summary>
    public IReadOnlyList<NodeView> Views() =>
        [.. _byAddress.Values.Where(known => known.Info is not null).Select(View).OrderBy(view => view.Info.Name, StringComparer.Ordinal)];

    /// <summary>Forgets a node that does not answer.</summary>
    /// <returns><see cref="NodeReplies.Removed"/> or <see cref="NodeReplies.Rejected"/>.</returns>
    public object Remove(string name)
    {
        var found = _byAddress.FirstOrDefault(known => known.Value.Info?.Name == name);
        if (found.Value is null)
            return new NodeReplies.Rejected("node-not-found", $"there is no node '{name}': 'orchestrator node ls' shows them");
        if (found.Value.State is not (NodeState.Unreachable or NodeState.Gone))
            return new NodeReplies.Rejected("node-reachable", $"the node '{name}' answers: 'orchestrator node drain {name}' lets it hand over what it does, and leave");
        _byAddress.Remove(found.Key);
        return new NodeReplies.Removed(View(found.Value));
    }

    private NodeView View(Known known) => new(known.Info!, known.State, known.Since, known.Info!.Address == Leader, known.Info == Self);

    private object? Happened(Known known) => known switch
    {
        { Info: null } => null,
        // A node serves its own VMs whether it is in a cluster or not.
        _ when known.Info == Self => new NodeEvents.Up(Self, IsSelf: true),
        { State: NodeState.Joining } => null,
        { State: NodeState.Up or NodeState.Leaving } => new NodeEvents.Up(known.Info, IsSelf: false),
        { State: NodeState.Unreachable } => new NodeEvents.Unreachable(known.Info, known.Since),
        _ => new NodeEvents.Gone(known.Info, known.Since),
    };
}
