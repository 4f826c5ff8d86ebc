namespace Orchestrator.Actors.Telemetry;

/// <summary>What is measured of the actor system.</summary>
internal static class ActorMetrics
{
    /// <summary>Messages to actors that are not there any more.</summary>
    public static readonly Tally DeadLetters = ProductMeter.Counter("orchestrator.actors.dead_letters", "{message}", "Messages whose actor had ended.");

    /// <summary>Actors that threw.</summary>
    public static readonly Tally Failures = ProductMeter.Counter("orchestrator.actors.failures", "{failure}", "Exceptions that ended or restarted an actor.");
}
