using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Clustering;

/// <summary>The duties of a cluster by name.</summary>
internal static class ClusterDuties
{
    /// <summary>Controllers and their jobs, webhook subscriptions, freeze groups and snapshots.</summary>
    public const string Control = "control";

    /// <summary>Of a remote VmHost.</summary>
    public static string OfVmHost(string name) => $"{DutyScopes.VmHostPrefix}{name}";

    /// <summary>All that every cluster has: without those of remote VmHosts.</summary>
    public static IReadOnlyList<string> All { get; } = [Control, .. JobPartition.OfGateways.Select(LocalParts.JobsOf)];
}
