using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Clustering.Tls;

/// <summary>What the <see cref="ClusterTlsFiles"/> hold; equal when all three do.</summary>
internal sealed record ClusterTlsTexts(string Certificate, string Key, string Authority)
{
    /// <exception cref="CertificateException">One cannot be read, or the key is open to all.</exception>
    public static ClusterTlsTexts Read(ClusterTlsFiles files) =>
        new(PemFiles.Read(files.Certificate), PemFiles.Read(files.Key, isSecret: true), PemFiles.Read(files.Authority));

    /// <summary>Not the key's.</summary>
    public override string ToString() => nameof(ClusterTlsTexts);
}
