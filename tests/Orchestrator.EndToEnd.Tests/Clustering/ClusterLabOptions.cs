namespace Orchestrator.EndToEnd.Tests.Clustering;

/// <summary>What a <see cref="ClusterLab"/> is made of.</summary>
internal sealed record ClusterLabOptions
{
    /// <summary>How many nodes; they are called a, b, c and so on.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Whether the nodes are one cluster, with certificates of their own; else each is alone, with its own tables in the store.</summary>
    public bool Clustered { get; init; }

    /// <summary>VMs on a machine without a node, which any of the nodes may have: the remote VmHost <see cref="RemoteRack.Name"/>. Only <see cref="Clustered"/>.</summary>
    public int RemoteVms { get; init; }

    /// <summary>Whom each node asks as well, besides the other nodes: entries of <c>join</c>.</summary>
    public IReadOnlyList<string> Join { get; init; } = [];

    /// <summary>Whether each node has a wall clock that the test can set.</summary>
    public bool OwnClocks { get; init; }

    /// <summary>The size of the file system for each node's data, MiB; <see langword="null"/>: the machine's own.</summary>
    public int? DiskMiB { get; init; }

    /// <summary>Added to each node's configuration: YAML, at the top level.</summary>
    public string Configuration { get; init; } = "";
}
