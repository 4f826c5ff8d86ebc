using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Controllers;

/// <summary>What controllers tell operators: 1400 to 1499 (docs/OPERATIONS.md).</summary>
internal static partial class ControllerLogEntries
{
    [LoggerMessage(1401, LogLevel.Warning, "The controller {Controller} cannot begin, which is tried again: {Reason}")]
    public static partial void CannotBegin(ILogger log, string controller, string reason);

    [LoggerMessage(1402, LogLevel.Warning, "The controller {Controller} cannot read events, which is tried again: {Reason}")]
    public static partial void CannotRead(ILogger log, string controller, string reason);

    [LoggerMessage(1403, LogLevel.Warning, "The controller {Controller} passed {Work} over after {Attempts} attempts: {Reason}")]
    public static partial void PassedOver(ILogger log, string controller, string work, int attempts, string reason);

    [LoggerMessage(1404, LogLevel.Warning, "The controller {Controller} cannot keep its place, and reads no more until it can: {Reason}")]
    public static partial void CannotKeep(ILogger log, string controller, string reason);
}
