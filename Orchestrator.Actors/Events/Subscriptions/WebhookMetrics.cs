using System.Diagnostics.Metrics;
using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Events.Subscriptions;

/// <summary>What is measured of webhooks.</summary>
internal static class WebhookMetrics
{
    private const int Acknowledged = 0, Again = 1, GivenUp = 2, Gone = 3;

    /// <summary>Requests, by what followed.</summary>
    public static readonly Tallies Requests = ProductMeter.Counter(
        "orchestrator.webhooks.requests", "{request}", "Requests to receivers of webhooks, by what followed from the answer.", "result", ["acknowledged", "retried", "given-up", "gone"]);

    /// <summary>Events that were delivered.</summary>
    public static readonly Tally Delivered = ProductMeter.Counter("orchestrator.webhooks.delivered", "{event}", "Events that their receivers acknowledged.");

    /// <summary>Events that were not.</summary>
    public static readonly Tally DeadLetters = ProductMeter.Counter("orchestrator.webhooks.dead_letters", "{event}", "Events that could not be delivered and were kept as dead letters.");

    /// <summary>Subscriptions that paused themselves.</summary>
    public static readonly Tally Pauses = ProductMeter.Counter("orchestrator.webhooks.pauses", "{pause}", "Subscriptions that paused themselves.");

    private static readonly Histogram<double> Duration = ProductMeter.Durations("orchestrator.webhooks.request.duration", "From a webhook request to its answer, or to its failure.");

    /// <summary>A receiver has answered, or not.</summary>
    public static void Count(WebhookAnswer answer, DeliveryVerdict verdict, int events)
    {
        Duration.Record(answer.Elapsed.TotalSeconds);
        Requests.Add(verdict switch
        {
            DeliveryVerdict.Acknowledged => Acknowledged,
            DeliveryVerdict.Again => Again,
            DeliveryVerdict.Stop => Gone,
            _ => GivenUp,
        });
        if (verdict is DeliveryVerdict.Acknowledged)
            Delivered.Add(events);
    }
}
