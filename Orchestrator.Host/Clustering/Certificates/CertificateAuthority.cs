using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Host.Clustering.Certificates;

/// <summary>A cluster's own certificate authority: one self-signed certificate that issues those of nodes, and nothing else. Keys are EC P-256.</summary>
internal static class CertificateAuthority
{
    /// <summary>Name of the authority's certificate in its directory.</summary>
    public const string CertificateFile = "authority.crt";

    /// <summary>Name of its key.</summary>
    public const string KeyFile = "authority.key";

    /// <summary>Longest common name of a certificate (RFC 5280).</summary>
    public const int MaxNameLength = 64;

    private const int SerialBytes = 16;

    // Clocks of nodes differ: what was issued now is valid on all of them.
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    /// <summary>Makes an authority that may issue certificates of nodes, but no further authorities.</summary>
    /// <param name="name">Common name, 1 to 64 characters.</param>
    /// <param name="lifetime">From now on.</param>
    /// <param name="now">The time.</param>
    /// <returns>The certificate with its key.</returns>
    public static X509Certificate2 Create(string name, TimeSpan lifetime, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        var issuer = X509SignatureGenerator.CreateForECDsa(key);
        using var certificate = request.Create(request.SubjectName, issuer, now - Backdated, now + lifetime, Serial());
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>Issues a node's certificate, for both ends of a connection.</summary>
    /// <param name="authority">From <see cref="Create"/> or <see cref="PemFiles.ReadPair"/>, with its key.</param>
    /// <param name="node">Name of the node, which becomes the subject and the first of the names; 1 to 64 characters.</param>
    /// <param name="hosts">Names and addresses by which other nodes reach it.</param>
    /// <param name="ends">When it expires; not after the authority.</param>
    /// <param name="now">The time.</param>
    /// <returns>The certificate with its key.</returns>
    public static X509Certificate2 Issue(X509Certificate2 authority, CertificateName node, IEnumerable<CertificateName> hosts, DateTimeOffset ends, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestOf(node.Text, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([CertificateUsage.Server, CertificateUsage.Client], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(NamesOf([node, .. hosts]));
        var begins = now - Backdated;
        using var certificate = request.Create(authority, begins < authority.NotBefore ? authority.NotBefore : begins, ends, Serial());
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest RequestOf(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static X509Extension NamesOf(IEnumerable<CertificateName> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.DistinctBy(name => name.Text, StringComparer.OrdinalIgnoreCase))
        {
            if (name.Address is { } address)
                builder.AddIpAddress(address);
            else
                builder.AddDnsName(name.Text);
        }
        return builder.Build();
    }

    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(SerialBytes);
        // A positive integer whose first byte is not zero.
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
