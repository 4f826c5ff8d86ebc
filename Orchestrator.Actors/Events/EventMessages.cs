using Akka.Actor;
using Akka.Event;

namespace Orchestrator.Actors.Events;

/// <summary>"Tell me": answered by <see cref="EventReplies"/>.</summary>
public static class EventQueries
{
    /// <summary>The events after a sequence; waits until there is one.</summary>
    /// <param name="After">Last sequence the reader has; negative: only what comes from now on.</param>
    /// <param name="Max">Most events in the answer.</param>
    public sealed record Read(long After, int Max);
}

/// <summary>Answers of the <see cref="EventHub"/>.</summary>
public static class EventReplies
{
    /// <summary>Events in order, and where to read on.</summary>
    /// <param name="Events">Possibly none.</param>
    /// <param name="Next">Sequence to read after next.</param>
    /// <param name="Gap">First and last sequence that were asked for and are no longer kept.</param>
    public sealed record Page(IReadOnlyList<FleetEvent> Events, long Next, (long From, long To)? Gap) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
