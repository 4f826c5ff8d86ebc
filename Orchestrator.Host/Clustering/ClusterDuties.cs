using Orchestrator.Actors.FanOut;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Clustering;

/// <summary>The duties of a cluster by name.</summary>
internal static class ClusterDuties
{
    /// <summary>Controllers and their jobs, webhook subscriptions, freeze groups and snapshots.</summary>
    public const string Control = "control";

    /// <summary>All.</summary>
    public static IReadOnlyList<string> All { get; } = [Control, .. JobPartition.OfGateways.Select(LocalParts.JobsOf)];
}
