using Akka.Actor;
using Akka.Event;

namespace Orchestrator.Actors.Telemetry;

/// <summary>Counts what Akka tells of its actors: messages that nobody took, and actors that failed. One per node.</summary>
public sealed class TelemetryActor : UntypedActor
{
    /// <summary>Props.</summary>
    public static Props PropsFor() => Props.Create(() => new TelemetryActor());

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(Error));
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is DeadLetter)
            ActorMetrics.DeadLetters.Add();
        else if (message is Error { Cause: not null })
            ActorMetrics.Failures.Add();
    }
}
