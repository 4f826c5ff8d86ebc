using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Host.Api;

/// <summary>What is measured of the API's streams of events.</summary>
internal static class EventStreamMetrics
{
    /// <summary>Streams that are served.</summary>
    public static readonly Tally Open = ProductMeter.Level("orchestrator.events.streams", "{stream}", "Streams of events that the API serves: requests, and subscriptions of WebSockets.");

    /// <summary>Streams that were refused.</summary>
    public static readonly Tally Refused = ProductMeter.Counter("orchestrator.events.streams_refused", "{stream}", "Streams of events that were refused because there were too many.");
}
