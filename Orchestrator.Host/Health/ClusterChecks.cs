using Orchestrator.Actors.Clustering.Duties;
using Orchestrator.Host.Clustering;

namespace Orchestrator.Host.Health;

/// <summary>The checks that only a node of a cluster has.</summary>
internal static class ClusterChecks
{
    public static void AddClusterHealth(this IServiceCollection services)
    {
        services.AddSingleton<INodeCheck, MembershipCheck>();
        services.AddSingleton<INodeCheck, DutiesCheck>();
        services.AddSingleton<INodeCheck, ClusterStoreCheck>();
    }

    /// <summary>A gateway that cannot answer for the fleet is not ready; a node that only has VMs goes on with them.</summary>
    public static CheckStatus Worst(ClusterParts cluster) => cluster.Options.Roles.Contains(DutySharding.Role) ? CheckStatus.Failing : CheckStatus.Degraded;
}
