namespace Orchestrator.Host.Clustering.Tls;

/// <summary>Where a node has its certificate: PEM files, as <c>orchestrator certs</c> writes them.</summary>
/// <param name="Certificate">The node's certificate.</param>
/// <param name="Key">Its key; not encrypted, and not open to every user of the machine.</param>
/// <param name="Authority">The certificate of the cluster's authority. While an authority is replaced, the old one and the new one, one after the other.</param>
internal sealed record ClusterTlsFiles(string Certificate, string Key, string Authority);
