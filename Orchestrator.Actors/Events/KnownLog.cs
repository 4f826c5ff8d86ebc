using Akka.Actor;

namespace Orchestrator.Actors.Events;

/// <summary>The event log of a VmHost as a node knows it. Another object whenever it becomes reachable or unreachable: compared by reference.</summary>
/// <param name="host">VmHost of the log.</param>
/// <param name="log">Answers <see cref="EventQueries"/>.</param>
/// <param name="isRemote">Whether it is on another node.</param>
/// <param name="unreachableSince">Since when its node does not answer; <see langword="null"/> while it does.</param>
public sealed class KnownLog(string host, IActorRef log, bool isRemote, DateTimeOffset? unreachableSince)
{
    /// <summary>VmHost of the log.</summary>
    public string Host { get; } = host;

    /// <summary>Answers <see cref="EventQueries"/>.</summary>
    public IActorRef Log { get; } = log;

    /// <summary>Whether it is on another node: an answer may get lost on the way, and is of limited size.</summary>
    public bool IsRemote { get; } = isRemote;

    /// <summary>Since when its node does not answer; <see langword="null"/> while it does.</summary>
    public DateTimeOffset? UnreachableSince { get; } = unreachableSince;

    /// <summary>Whether it is worth asking.</summary>
    public bool IsReachable => UnreachableSince is null;
}
