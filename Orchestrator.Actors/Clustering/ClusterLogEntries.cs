using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Clustering;

/// <summary>What a cluster's actors tell operators: 1900 to 1999 (docs/OPERATIONS.md).</summary>
internal static partial class ClusterLogEntries
{
    [LoggerMessage(1904, LogLevel.Warning, "The duty {Duty} is given up by this node: {Reason}")]
    public static partial void GivenUp(ILogger log, string duty, string reason);

    [LoggerMessage(1905, LogLevel.Warning, "The duty {Duty} cannot be claimed or renewed, and is tried again: {Reason}")]
    public static partial void NotClaimed(ILogger log, string duty, string reason);

    [LoggerMessage(1920, LogLevel.Warning, "Messages {Manifest} of another node cannot be read and are dropped: {Reason}. Are all nodes of versions that know each other?")]
    public static partial void Unreadable(ILogger log, string manifest, string reason);

    [LoggerMessage(1930, LogLevel.Error, "The remote VmHost {VmHost}, which node {Node} has, has the name of a node: its VMs are not shown, and get no commands. Give it another name")]
    public static partial void Namesake(ILogger log, string vmHost, string node);

    [LoggerMessage(1931, LogLevel.Warning, "The remote VmHost {VmHost} does not begin before its leases can be read, which is tried again: {Reason}")]
    public static partial void NoLeases(ILogger log, string vmHost, string reason);
}
