using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Host.Clustering.Certificates;

/// <summary>What a certificate may be used for (extended key usage, RFC 5280 4.2.1.12).</summary>
internal static class CertificateUsage
{
    public static readonly Oid Server = new("1.3.6.1.5.5.7.3.1", "TLS server");
    public static readonly Oid Client = new("1.3.6.1.5.5.7.3.2", "TLS client");

    /// <summary>Whether it says so; one that says nothing is for nothing.</summary>
    public static bool Allows(X509Certificate2 certificate, Oid usage) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(allowed => allowed.Value == usage.Value));

    /// <summary>Whether it may issue others.</summary>
    public static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
}
