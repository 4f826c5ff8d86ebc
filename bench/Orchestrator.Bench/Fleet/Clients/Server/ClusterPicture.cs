namespace Orchestrator.Bench.Fleet.Clients.Server;

/// <summary>The part of <c>GET /v1/cluster</c> (docs/API.md) that says whether a cluster is whole.</summary>
public sealed record ClusterPicture(IReadOnlyList<ClusterPicture.Member> Members, IReadOnlyList<ClusterPicture.Place> Duties)
{
    /// <summary>A node as the one that was asked sees it.</summary>
    public sealed record Member(string Name, string State, int Vms);

    /// <summary>A part of the cluster's work, and the node that has it.</summary>
    public sealed record Place(string Duty, string? Node);

    /// <summary>Whether so many nodes are up, have all duties, and their VMs are so many.</summary>
    public bool IsWhole(int nodes, int vms) =>
        Members.Count(member => member.State == "Up") == nodes && Members.Sum(member => member.Vms) == vms && Duties.All(duty => duty.Node is not null);
}
