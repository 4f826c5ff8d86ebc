using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Protocol.Tests.Transport;

/// <summary>An authority of the test's own, and what it signs, as PEM files in a directory that goes with it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("orc-");
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _authority = request.CreateSelfSigned(From, Until);
        AuthorityFile = Write("authority.pem", _authority.ExportCertificatePem());
    }

    private static DateTimeOffset From => TimeProvider.System.GetUtcNow().AddDays(-1);

    private static DateTimeOffset Until => TimeProvider.System.GetUtcNow().AddDays(2);

    public string AuthorityFile { get; }

    /// <summary>A server's certificate for one DNS name and nothing else.</summary>
    public X509Certificate2 Server(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        return Sign("server", ServerUsage, names.Build());
    }

    /// <summary>A server's certificate for one DNS name, as files of the names that QEMU's <c>tls-creds-x509</c> looks for.</summary>
    public string ServerDirectory(string name)
    {
        using var certificate = Server(name);
        Write("ca-cert.pem", _authority.ExportCertificatePem());
        Write("server-cert.pem", certificate.ExportCertificatePem());
        Write("server-key.pem", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return _directory.FullName;
    }

    /// <summary>A client's certificate and its key, in one file or in two.</summary>
    public (string CertificateFile, string? KeyFile) Client(bool inOneFile)
    {
        using var certificate = Sign("client", ClientUsage);
        var key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        return inOneFile
            ? (Write("client.pem", certificate.ExportCertificatePem() + "\n" + key), null)
            : (Write("client-cert.pem", certificate.ExportCertificatePem()), Write("client-key.pem", key));
    }

    public bool HasSigned(X509Certificate? certificate)
    {
        if (certificate is null)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        return chain.Build(new X509Certificate2(certificate));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    private X509Certificate2 Sign(string name, string usage, params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        foreach (var extension in extensions)
            request.CertificateExtensions.Add(extension);
        using var certificate = request.Create(_authority, From.AddHours(1), Until.AddHours(-1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private string Write(string name, string pem)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, pem);
        return path;
    }
}
