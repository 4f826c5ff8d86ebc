namespace Orchestrator.Actors.Clustering.Duties;

/// <summary>What the duties of a node share.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Store">Who has which duty.</param>
/// <param name="Time">Clock.</param>
public sealed record DutyEnvironment(string Node, IDutyStore Store, TimeProvider Time)
{
    /// <summary>Names of the duties that this node can do: the same on every node, but for the remote VmHosts that its configuration lists.</summary>
    public required IReadOnlyList<string> Duties { get; init; }

    /// <summary>What does the work of one.</summary>
    public required Func<string, IDutyPart> PartOf { get; init; }

    /// <summary>Whether this node knows the fleet well enough to take a duty.</summary>
    public Func<bool> KnowsFleet { get; init; } = static () => true;

    /// <summary>Times.</summary>
    public DutySettings Settings { get; init; } = new();
}
