namespace Orchestrator.Host.Clustering.Tls;

/// <summary>Which end of a connection the other node is.</summary>
internal enum PeerRole
{
    /// <summary>It was called by this one.</summary>
    Server,

    /// <summary>It calls this one.</summary>
    Client,
}
