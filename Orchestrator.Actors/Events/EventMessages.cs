using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering.Wire;
using Orchestrator.Actors.Events.Filtering;

namespace Orchestrator.Actors.Events;

/// <summary>"Tell me": answered by <see cref="EventReplies"/>.</summary>
public static class EventQueries
{
    /// <summary>The events after a place in the log.</summary>
    /// <param name="After">What the reader has; <see langword="null"/>: only what comes from now on.</param>
    /// <param name="Max">Most events in the answer, from 1 up.</param>
    /// <param name="Wait">Whether the answer waits until there is one; else it may be empty.</param>
    /// <param name="Filter">What the reader wants, so that a few events that it does not want need not wake it. The answer has them all the same.</param>
    public sealed record Read(EventPosition? After, int Max, bool Wait = true, EventFilter? Filter = null) : IWireMessage, INoSerializationVerificationNeeded
    {
        /// <summary>For a reader on another node: how long the answer waits at most, and then it is empty; <see langword="null"/>: for ever.</summary>
        public TimeSpan? Patience { get; init; }

        /// <summary>For a reader on another node: most bytes of the answer's events between nodes. It has only those that <see cref="Filter"/> lets pass; <see langword="null"/>: any number, and all.</summary>
        public int? MaxBytes { get; init; }

        /// <summary>When <see cref="Patience"/> is over, in the log's own ticks; 0 until it waits.</summary>
        internal long DueTick { get; init; }
    }

    /// <summary>The place before the first event that was logged at or after a time: answered by <see cref="EventReplies.Found"/>.</summary>
    /// <param name="Since">When it was logged; <see langword="null"/>: the end of the log.</param>
    public sealed record Find(DateTimeOffset? Since) : IWireMessage, INoSerializationVerificationNeeded;

    /// <summary>How the log does: answered by <see cref="EventReplies.Health"/>.</summary>
    public sealed class GetHealth
    {
        /// <summary>The only one.</summary>
        public static readonly GetHealth Instance = new();
    }
}

/// <summary>Answers of the <see cref="EventLog"/>.</summary>
public static class EventReplies
{
    /// <summary>Events in order, and where to read on.</summary>
    /// <param name="Events">Possibly none.</param>
    /// <param name="Next">To read after next.</param>
    /// <param name="Gap">What is missing before <paramref name="Events"/>.</param>
    /// <param name="IsCaughtUp">Whether the log had no more than this.</param>
    public sealed record Page(IReadOnlyList<FleetEvent> Events, EventPosition Next, EventGap? Gap, bool IsCaughtUp) : IWireMessage, INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A place in the log.</summary>
    public sealed record Found(EventPosition Position) : IWireMessage, INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>How the log does.</summary>
    /// <param name="Waiting">Events that are not on disk yet.</param>
    /// <param name="Trouble">Why the last attempt to write them failed; <see langword="null"/> if it did not.</param>
    public sealed record Health(int Waiting, string? Trouble) : IDeadLetterSuppression;

    /// <summary>The log cannot be read now; the same question may be asked again.</summary>
    /// <param name="Message">Why, and what to do.</param>
    public sealed record Failed(string Message) : IWireMessage, INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>Of the <see cref="EventLog"/> to itself.</summary>
internal static class EventSignals
{
    internal sealed record Written(IReadOnlyList<FleetEvent> Events) : ILocalSignal;

    internal sealed record NotWritten(IReadOnlyList<FleetEvent> Events, string Message) : ILocalSignal;

    internal sealed record Trimmed(long First) : ILocalSignal;

    internal sealed record Untrimmed(string Message) : ILocalSignal;

    internal sealed class WriteDue : ILocalSignal
    {
        public static readonly WriteDue Instance = new();

        private WriteDue()
        {
        }
    }

    internal sealed class PauseOver : ILocalSignal
    {
        public static readonly PauseOver Instance = new();

        private PauseOver()
        {
        }
    }

    internal sealed class NewsDue : ILocalSignal
    {
        public static readonly NewsDue Instance = new();

        private NewsDue()
        {
        }
    }

    internal sealed class TrimDue : ILocalSignal
    {
        public static readonly TrimDue Instance = new();

        private TrimDue()
        {
        }
    }
}
