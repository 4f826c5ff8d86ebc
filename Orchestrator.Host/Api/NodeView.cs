using Orchestrator.Actors.Clustering.Nodes;

namespace Orchestrator.Host.Api;

/// <summary>A node as the API shows it (docs/API.md).</summary>
public sealed record NodeView
{
    /// <summary>Unique in the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>What the node that answers knows of it.</summary>
    public required NodeState State { get; init; }

    /// <summary>When that began, by the clock of the node that answers; left out for one that is alone.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Of the program.</summary>
    public required string Version { get; init; }

    /// <summary><c>vmhost</c>, <c>gateway</c> or both.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Its Akka address; left out for one that is alone.</summary>
    public string? Address { get; init; }

    /// <summary>Where other nodes reach its API; left out for one that is alone.</summary>
    public string? Peer { get; init; }

    /// <summary>When it joined the cluster; left out for one that is alone.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Whether it carries out changes of the membership.</summary>
    public required bool IsLeader { get; init; }

    /// <summary>Whether it is the node that answers.</summary>
    public required bool IsSelf { get; init; }

    /// <summary>VMs of it that the node that answers knows.</summary>
    public required int Vms { get; init; }

    /// <summary>Names of its duties; left out while the store does not tell.</summary>
    public IReadOnlyList<string>? Duties { get; init; }
}

/// <summary>The cluster as one node sees it.</summary>
/// <param name="Leader">Name of the node that carries out changes of the membership; left out while there is none.</param>
/// <param name="Members">By name.</param>
/// <param name="Duties">All there are, and who has which.</param>
/// <param name="Contacts">What the sources of <c>join</c> told this node when it joined, or last tried to.</param>
public sealed record ClusterView(string? Leader, IReadOnlyList<NodeView> Members, IReadOnlyList<DutyView> Duties, IReadOnlyList<ContactView> Contacts);

/// <summary>A source of nodes to ask.</summary>
/// <param name="Source">As the configuration names it.</param>
/// <param name="Addresses">Where nodes may be reached, each <c>HOST:PORT</c>.</param>
/// <param name="Trouble">Why it told nothing; left out if it did.</param>
public sealed record ContactView(string Source, IReadOnlyList<string> Addresses, string? Trouble);

/// <summary>A duty and its place.</summary>
/// <param name="Duty">Name.</param>
/// <param name="Node">Name of the node that has it; left out while none has.</param>
/// <param name="Epoch">Of its claim.</param>
public sealed record DutyView(string Duty, string? Node, long? Epoch);
