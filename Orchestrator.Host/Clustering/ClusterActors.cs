using Akka.Actor;

namespace Orchestrator.Host.Clustering;

/// <summary>The actors of a node that only a cluster has. Set while the node's actors are made, before anything asks.</summary>
internal sealed class ClusterActors
{
    /// <summary>Answers questions about nodes.</summary>
    public IActorRef Nodes { get; set; } = ActorRefs.Nobody;

    /// <summary>Whether the cluster has put this node out, because it could not reach it.</summary>
    public bool IsPutOut { get; set; }

    /// <summary>Why this node must not go on; <see langword="null"/> if it may.</summary>
    public string? Refusal { get; set; }

    /// <summary>Names of the duties that this node knows of.</summary>
    public IReadOnlyList<string> DutyNames { get; set; } = ClusterDuties.All;

    /// <summary>Takes the messages of any duty, wherever it is.</summary>
    public IActorRef Duties { get; set; } = ActorRefs.Nobody;
}
