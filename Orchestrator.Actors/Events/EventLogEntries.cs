using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Events;

/// <summary>What the event log tells operators: 1500 to 1599 (docs/OPERATIONS.md).</summary>
internal static partial class EventLogEntries
{
    [LoggerMessage(1501, LogLevel.Warning, "Old events could not be forgotten: {Reason}")]
    public static partial void NotForgotten(ILogger log, string reason);

    [LoggerMessage(1502, LogLevel.Warning, "Events come faster than the log can be written: {Waiting} wait, and older ones are given up until it has caught up")]
    public static partial void GivingUp(ILogger log, int waiting);

    [LoggerMessage(1503, LogLevel.Warning, "The log has caught up: {GivenUp} events were given up")]
    public static partial void CaughtUp(ILogger log, long givenUp);

    [LoggerMessage(1504, LogLevel.Warning, "Events are not written to the log, which is tried again: {Reason}")]
    public static partial void NotWritten(ILogger log, string reason);
}
