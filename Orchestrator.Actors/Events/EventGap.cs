namespace Orchestrator.Actors.Events;

/// <summary>Why events are missing.</summary>
public enum EventGapCause
{
    /// <summary>They were older than the log keeps them.</summary>
    Expired,

    /// <summary>The log could not be written for so long that they were given up.</summary>
    Dropped,

    /// <summary>The node ended without closing its log, and the end that the reader has seen is not on disk: what came after it may be missing.</summary>
    Cut,

    /// <summary>The reader's place is of another log: this one is read from its beginning.</summary>
    Foreign,
}

/// <summary>Events that a reader asked for and does not get.</summary>
/// <param name="From">First sequence that is missing.</param>
/// <param name="To">Last one; smaller than <paramref name="From"/> if nobody knows which there were.</param>
/// <param name="Cause">Why.</param>
public sealed record EventGap(long From, long To, EventGapCause Cause);
