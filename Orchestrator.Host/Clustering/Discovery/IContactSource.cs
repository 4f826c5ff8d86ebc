using Orchestrator.Host.Configuration;

namespace Orchestrator.Host.Clustering.Discovery;

/// <summary>Tells where nodes of the cluster may be reached, besides those that the store knows. Asked anew at each attempt to join: nothing is remembered.</summary>
internal interface IContactSource
{
    /// <summary>As the configuration names it, for messages and <c>GET /v1/cluster</c>.</summary>
    string Name { get; }

    /// <summary>Looks now. The node's own address may be among those found.</summary>
    /// <param name="cancellationToken">Ends the attempt: within <see cref="ClusterContacts.Patience"/>.</param>
    /// <exception cref="ContactException">It tells nothing now.</exception>
    Task<IReadOnlyList<NodeAddress>> FindAsync(CancellationToken cancellationToken);
}

/// <summary>A source of contacts tells nothing now. It is asked again.</summary>
/// <param name="message">What happened, and what to do.</param>
/// <param name="inner">Its cause.</param>
internal sealed class ContactException(string message, Exception? inner = null) : Exception(message, inner);
