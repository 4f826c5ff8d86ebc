using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.Events.Subscriptions;

namespace Orchestrator.Actors.Tests.Telemetry;

[Collection(nameof(TelemetryTests))]
public sealed class FeatureMetricsTests
{
    [Fact]
    public void Webhook_requests_are_counted_by_what_follows_and_events_once_they_are_acknowledged()
    {
        var (before, delivered) = (Requests(), WebhookMetrics.Delivered.Value);
        var answer = new WebhookAnswer(200, "", null, TimeSpan.FromMilliseconds(3));

        WebhookMetrics.Count(answer, DeliveryVerdict.Acknowledged.Instance, 7);
        WebhookMetrics.Count(answer, new DeliveryVerdict.Again(TimeSpan.FromSeconds(1)), 5);
        WebhookMetrics.Count(answer, new DeliveryVerdict.Again(TimeSpan.FromSeconds(1)), 5);
        WebhookMetrics.Count(answer, DeliveryVerdict.GiveUp.Instance, 5);
        WebhookMetrics.Count(answer, DeliveryVerdict.Stop.Instance, 5);

        Assert.Equal([1, 2, 1, 1], Requests().Zip(before, (now, then) => now - then));
        Assert.Equal(7, WebhookMetrics.Delivered.Value - delivered);
    }

    [Fact]
    public void Calls_of_controllers_are_counted_by_name_and_end()
    {
        ControllerMetrics.Count("a-test", failed: false, again: false);
        ControllerMetrics.Count("a-test", failed: true, again: true);
        ControllerMetrics.Count("a-test", failed: true, again: true);
        ControllerMetrics.Count("another-test", failed: true, again: false);

        Assert.Equal([1L, 2, 0, 0, 0, 1], ((string[])["a-test", "another-test"]).SelectMany(name => Enumerable.Range(0, 3).Select(result => ControllerMetrics.Of(name)[result])));
    }

    private static long[] Requests() => [.. Enumerable.Range(0, 4).Select(result => WebhookMetrics.Requests[result])];
}
