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

        /// <summary>The process that had the address before, until this one has told who it is.</summary>
        public Known? Before { get; init; }
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
            _byAddress[address] = known = new Known { Uid = member.Uid, Info = address == Self.Address ? Self : null, State = state, Since = time.GetUtcNow(), Before = known?.Info is null ? known?.Before : known };
        else if (known.Uid != member.Uid || known.State == state || (known.State == NodeState.Leaving && state == NodeState.Up))
            return null;
        else
            (known.State, known.Since) = (state, time.GetUtcNow());
        if (state == NodeState.Gone)
            Settle(address, known);
        return Happened(known);
    }

    /// <summary>Takes what a node tells of itself.</summary>
    public object? Introduce(NodeInfo info)
    {
        if (!_byAddress.TryGetValue(info.Address, out var known) || known.Info is not null || known.Uid != info.Incarnation)
            return null;
        foreach (var (address, other) in _byAddress.ToArray())
        {
            if (other != known && other.State == NodeState.Gone && other.Info?.Name == info.Name)
                _byAddress.Remove(address);
        }
        known.Info = info;
        return Happened(known);
    }

    /// <summary>What left stays known by its name, unless nobody knows that, or another process has it.</summary>
    private void Settle(string address, Known known)
    {
        if (known.Info is null && known.Before is { } before)
            _byAddress[address] = before;
        else if (known.Info is null || _byAddress.Values.Any(other => other != known && other.Info?.Name == known.Info.Name))
            _byAddress.Remove(address);
    }

    /// <summary>What a new follower hears.</summary>
    public IEnumerable<object> Now() => [.. _byAddress.Values.Select(Happened).OfType<object>()];

    /// <summary>By name.</summary>
    public IReadOnlyList<NodeView> Views() =>
        [.. _byAddress.Values.Select(known => known.Info is null ? known.Before : known).OfType<Known>().Select(View).OrderBy(view => view.Info.Name, StringComparer.Ordinal).ThenBy(view => view.State)];

    /// <summary>Whether there is a node of the name.</summary>
    public bool Knows(string name) => _byAddress.Values.Any(known => (known.Info ?? known.Before?.Info)?.Name == name);

    /// <summary>Forgets a node that does not answer.</summary>
    /// <returns><see cref="NodeReplies.Removed"/> or <see cref="NodeReplies.Rejected"/>.</returns>
    public object Remove(string name)
    {
        if (!Knows(name))
            return new NodeReplies.Rejected("node-not-found", $"there is no node '{name}': 'orchestrator node ls' shows them");
        return Forget(name) is { } forgotten
            ? new NodeReplies.Removed(forgotten)
            : new NodeReplies.Rejected("node-reachable", $"the node '{name}' answers: 'orchestrator node drain {name}' lets it hand over what it does, and leave");
    }

    /// <summary>Forgets the process of that name that does not answer.</summary>
    /// <param name="name">Name of the node.</param>
    /// <param name="incarnation">Which, where another node says so: it knows already that it does not answer.</param>
    /// <returns>As it was; <see langword="null"/> if there is none.</returns>
    public NodeView? Forget(string name, int? incarnation = null)
    {
        var (address, found) = _byAddress.FirstOrDefault(known => known.Value.Info?.Name == name && known.Value.Info != Self
            && (incarnation is null ? known.Value.State is NodeState.Unreachable or NodeState.Gone : known.Value.Uid == incarnation));
        if (found is null)
            return null;
        _byAddress.Remove(address);
        return View(found);
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
