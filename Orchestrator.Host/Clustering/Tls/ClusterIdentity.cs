using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Host.Clustering.Certificates;

namespace Orchestrator.Host.Clustering.Tls;

/// <summary>Who a node is, and whom it trusts: the contents of its <see cref="ClusterTlsFiles"/>, checked. Never changed, only replaced.</summary>
internal sealed class ClusterIdentity
{
    private ClusterIdentity(X509Certificate2 certificate, X509Certificate2Collection authorities)
    {
        Certificate = certificate;
        Authorities = authorities;
        // Offline: nothing is asked of anybody for the sake of a certificate.
        ServerContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }

    /// <summary>The node's own, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The same, as a server presents it.</summary>
    public SslStreamCertificateContext ServerContext { get; }

    /// <summary>Whose certificates are trusted.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>Reads and checks the texts of the three files.</summary>
    /// <param name="files">Their paths, for errors.</param>
    /// <param name="texts">Their contents.</param>
    /// <param name="names">Names that other nodes look for in this node's certificate.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="CertificateException">Other nodes would refuse this one.</exception>
    public static ClusterIdentity Of(ClusterTlsFiles files, ClusterTlsTexts texts, IEnumerable<string> names, DateTimeOffset now)
    {
        var authorities = PemFiles.Certificates(texts.Authority, files.Authority);
        if (authorities.FirstOrDefault(authority => !CertificateUsage.IsAuthority(authority) || !authority.SubjectName.RawData.SequenceEqual(authority.IssuerName.RawData)) is { } wrong)
            throw new CertificateException($"{files.Authority}: '{wrong.Subject}' is not the certificate of a root authority: put authority.crt of 'orchestrator certs init' there");
        var certificate = PemFiles.Pair(texts.Certificate, files.Certificate, texts.Key, files.Key);
        foreach (var role in Enum.GetValues<PeerRole>())
        {
            if (PeerVerification.Refusal(certificate, role, name: null, authorities, now) is { } refusal)
                throw new CertificateException($"the certificate {files.Certificate} {refusal} ({files.Authority}): issue another one with 'orchestrator certs issue'");
        }
        foreach (var name in names)
        {
            if (PeerVerification.NameRefusal(certificate, name) is { } refusal)
                throw new CertificateException($"the certificate {files.Certificate} {refusal}, by which other nodes call this one: issue one with 'orchestrator certs issue NODE --host {name}'");
        }
        return new ClusterIdentity(certificate, authorities);
    }
}
