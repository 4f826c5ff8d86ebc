using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Migration;

/// <summary>What migrations tell operators: 2100 to 2199 (docs/OPERATIONS.md).</summary>
internal static partial class MigrationLogEntries
{
    [LoggerMessage(2101, LogLevel.Information, "{Vm}: its migration to {To} ended: {Outcome} {Reason}. {Message}")]
    public static partial void Ended(ILogger log, string vm, string to, string outcome, string? reason, string? message);

    [LoggerMessage(2102, LogLevel.Error, "{Vm}: its migration to {To} was lost sight of: look at 'query-migrate' of its QEMU")]
    public static partial void Lost(ILogger log, string vm, string to);

    [LoggerMessage(2103, LogLevel.Debug, "{Vm}: its migration is {Phase} now")]
    public static partial void Entered(ILogger log, string vm, string phase);
}
