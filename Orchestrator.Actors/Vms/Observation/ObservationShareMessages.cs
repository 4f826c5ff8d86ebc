using Akka.Actor;
using Akka.Event;
using Orchestrator.Actors.Clustering.Wire;

namespace Orchestrator.Actors.Vms.Observation;

/// <summary>Of the <see cref="ObservationShare"/>.</summary>
public static class ShareCommands
{
    /// <summary>From the membership: a node is there, for the first time, again, or as a new process. It is told what readers here need.</summary>
    /// <param name="Node">Its name.</param>
    /// <param name="Share">Its <see cref="ObservationShare"/>.</param>
    public sealed record Join(string Node, IActorRef Share) : INoSerializationVerificationNeeded;

    /// <summary>From the membership: a node is gone, and with it its readers.</summary>
    public sealed record Leave(string Node) : INoSerializationVerificationNeeded;
}

/// <summary>Between the <see cref="ObservationShare"/>s of two nodes.</summary>
internal static class ShareMessages
{
    /// <summary>All that the readers of one node need. Told whenever it changes, and again and again: the newest replaces all before.</summary>
    /// <param name="Node">Name of the node.</param>
    /// <param name="Life">Which of its processes: its beginning in Unix milliseconds.</param>
    /// <param name="Version">Grows within a life.</param>
    /// <param name="Needs">All of them; possibly none.</param>
    internal sealed record NeedsOf(string Node, long Life, long Version, IReadOnlyList<SharedNeed> Needs) : IWireMessage, INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether it comes after another of the same node.</summary>
        public bool IsAfter(NeedsOf other) => (Life, Version).CompareTo((other.Life, other.Version)) > 0;
    }
}

/// <summary>An <see cref="ObservationNeed"/> between nodes.</summary>
/// <param name="Aspects">What guests must be looked at for.</param>
/// <param name="Vms">A selector; <see langword="null"/>: all VMs.</param>
internal sealed record SharedNeed(GuestAspects Aspects, string? Vms);
