using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Freezing;

/// <summary>What freezes tell operators: 1800 to 1899 (docs/OPERATIONS.md).</summary>
internal static partial class FreezeLogEntries
{
    [LoggerMessage(1801, LogLevel.Error, "{Vm}: its filesystems may be FROZEN, and cannot be thawed: {Reason}. It is tried until it succeeds")]
    public static partial void CannotThaw(ILogger log, string vm, string? reason);

    [LoggerMessage(1802, LogLevel.Warning, "{Vm}: it may have been left frozen under the lease {Lease} of {Owner}: it is thawed")]
    public static partial void Resumed(ILogger log, string vm, string lease, string owner);

    [LoggerMessage(1803, LogLevel.Warning, "{Vm}: the lease {Lease} is not on disk as it should be: {Reason}")]
    public static partial void NotRecorded(ILogger log, string vm, string lease, string reason);

    [LoggerMessage(1804, LogLevel.Warning, "{Vm}: the lease {Lease} has ended and may still be on disk, which costs one more thaw at the next start: {Reason}")]
    public static partial void NotForgotten(ILogger log, string vm, string lease, string reason);
}
