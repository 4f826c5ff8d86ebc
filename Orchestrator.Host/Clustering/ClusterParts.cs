using Orchestrator.Host.Clustering.Discovery;
using Orchestrator.Host.Clustering.Tls;
using Orchestrator.Host.Configuration;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Clustering;

/// <summary>What a node needs to be one of a cluster.</summary>
/// <param name="Options">Addresses and roles.</param>
/// <param name="Store">What all nodes share.</param>
/// <param name="Tls">Certificates; <see langword="null"/> on loopback only.</param>
internal sealed record ClusterParts(ClusterOptions Options, ClusterStore Store, ClusterTls? Tls)
{
    /// <summary>The actors of it.</summary>
    public ClusterActors Actors { get; } = new();

    /// <summary>The job stores of the duties that are here.</summary>
    public LocalJobStores JobStores { get; } = new();

    /// <summary>Whom to ask for the way in, besides the members that the store knows.</summary>
    public ClusterContacts Contacts { get; } = ClusterContacts.Of(Options, TimeProvider.System);

    /// <summary>Whether the node is in.</summary>
    public ClusterMembership Membership { get; } = new();

    /// <summary>Where other nodes reach the API.</summary>
    public string PeerUrl => $"{(Tls is null ? "http" : "https")}://{Options.Peer}";
}
