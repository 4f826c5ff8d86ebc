using Orchestrator.Actors.Telemetry;

namespace Orchestrator.Actors.Events;

/// <summary>What is measured of the event log; counted in its batches.</summary>
internal static class EventMetrics
{
    /// <summary>Events that are on disk.</summary>
    public static readonly Tally Logged = ProductMeter.Counter("orchestrator.events.logged", "{event}", "Events that were written to the log.");

    /// <summary>Events that were lost.</summary>
    public static readonly Tally GivenUp = ProductMeter.Counter("orchestrator.events.given_up", "{event}", "Events that were given up because the log could not be written in time.");

    /// <summary>Batches that failed.</summary>
    public static readonly Tally WriteFailures = ProductMeter.Counter("orchestrator.events.write_failures", "{failure}", "Attempts to write events that failed; they are tried again.");

    /// <summary>Events that are not on disk yet.</summary>
    public static readonly Tally Waiting = ProductMeter.Level("orchestrator.events.waiting", "{event}", "Events that are not on disk yet.");

    /// <summary>Readers that wait for news.</summary>
    public static readonly Tally Readers = ProductMeter.Level("orchestrator.events.readers", "{reader}", "Readers that wait for the next event: streams, webhooks, controllers.");
}
