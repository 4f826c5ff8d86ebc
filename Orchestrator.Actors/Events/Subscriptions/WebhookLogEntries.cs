using Microsoft.Extensions.Logging;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What webhooks tell operators: 1600 to 1699 (docs/OPERATIONS.md).</summary>
internal static partial class WebhookLogEntries
{
    [LoggerMessage(1601, LogLevel.Error, "The webhook subscriptions cannot be read and deliver nothing, which is tried again: {Reason}")]
    public static partial void Unreadable(ILogger log, string reason);

    [LoggerMessage(1602, LogLevel.Warning, "The subscription {Subscription} paused itself ({Cause}): {Reason}")]
    public static partial void Paused(ILogger log, string subscription, PauseCause cause, string reason);
}
