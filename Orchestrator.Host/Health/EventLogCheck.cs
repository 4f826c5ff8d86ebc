using Orchestrator.Actors.Events;
using Orchestrator.Host.Serving;

namespace Orchestrator.Host.Health;

/// <summary>Events are written to the log. While they are not, everything goes on, and events may be lost.</summary>
internal sealed class EventLogCheck(Node node) : INodeCheck
{
    /// <inheritdoc/>
    public string Name => "event-log";

    /// <inheritdoc/>
    public async Task<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        var health = await node.AskAsync<EventReplies.Health>(node.Events, EventQueries.GetHealth.Instance, cancellationToken).ConfigureAwait(false);
        return health.Trouble is { } trouble ? new CheckResult(CheckStatus.Degraded, $"{health.Waiting} events are not on disk, which is tried again: {trouble}") : CheckResult.Ok;
    }
}
